import { rm } from "node:fs/promises";
import { expect, it } from "vitest";
import { beginWeek, orderOfWeek, STEPS, saysTheTruth } from "./week-of-a-lab.ts";

/** Two orders of the same week; a failure names its seed and the steps up to it. */
it.each([20_261_130, 7])(
  "in a week of a lab, every command says the truth and no byte of another program is lost: seed %i",
  { timeout: 300_000 },
  async (seed) => {
    const week = await beginWeek(seed);
    const done: string[] = [];
    try {
      await saysTheTruth(week);
      for (const step of orderOfWeek(week)) {
        done.push(step.name);
        await step.happen(week);
        await saysTheTruth(week);
      }
    } catch (cause) {
      throw new Error(`seed ${seed}, after: ${done.join("; ")}`, { cause });
    } finally {
      await rm(week.cwd, { recursive: true, force: true });
    }
    expect(new Set(done).size).toBe(STEPS.length);
  },
);
