import { expect, it } from "vitest";
import type { CommitStep } from "../../../src/commit/commit-context.ts";
import type { StepTime } from "../workers/worker-plan.ts";
import { killTrials } from "./kill-trials.ts";

/** Of each step, at how many of its first times a process dies there. The cycle comes to each of them. */
const TIMES: Readonly<Record<Exclude<CommitStep, "delete-putback" | "traced">, number>> = {
  staged: 8,
  synced: 8,
  locked: 8,
  "finished-head": 8,
  checked: 8,
  "before-link": 8,
  linked: 8,
  committed: 8,
  "publish-put": 14,
  "publish-made-directory": 6,
  "publish-replaced": 8,
  "delete-before": 12,
  "delete-moved": 12,
  published: 8,
};

const isStep = (step: string): step is keyof typeof TIMES => step in TIMES;

const AT_STEPS: readonly StepTime[] = Object.keys(TIMES)
  .filter(isStep)
  .flatMap((step) => Array.from({ length: TIMES[step] }, (_, index) => ({ step, time: index + 1 })));

it("no acknowledged commit is lost and no file torn when a writer is killed", {
  timeout: 300_000,
}, async () => {
  const trials = await killTrials({ atSteps: AT_STEPS, fromOutside: 108, seed: Date.now() });
  expect(trials).toBeGreaterThanOrEqual(200);
});
