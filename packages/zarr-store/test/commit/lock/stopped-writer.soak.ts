import { it } from "vitest";
import { expectTakenOver, type TakeOver } from "./expect-taken-over.ts";

const FULL = { workers: 8, commits: 50 };

const TAKE_OVERS: readonly TakeOver[] = [
  { ...FULL, mode: "merge", step: "committed" },
  { ...FULL, mode: "disjoint", step: "publish-put" },
];

it.each(TAKE_OVERS)(
  "$mode: eight writers, the first stopped at $step until its lock is taken over",
  { timeout: 120_000 },
  async (takeOver) => {
    await expectTakenOver(takeOver);
  },
);
