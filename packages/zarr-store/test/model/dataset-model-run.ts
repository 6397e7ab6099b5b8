import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { memoryStore } from "../../src/index.ts";
import { localStore } from "../../src/node/index.ts";
import type { Medium } from "../support/simulated-writers.ts";
import { TestClock } from "../support/test-runtime.ts";
import { datasetCommands, runCommands } from "./dataset-commands.ts";
import { DatasetUnderTest } from "./dataset-under-test.ts";

/**
 * Compares a dataset with its model over random commands, `commands` of them in each run. A failure prints the shortest
 * sequence that still fails, and how to repeat it.
 */
export async function compareWithModel(
  medium: Medium,
  size: { readonly runs: number; readonly commands: number },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(...datasetCommands), {
        minLength: size.commands,
        maxLength: size.commands,
        size: "max",
      }),
      async (commands) => {
        const clock = new TestClock();
        if (medium === "memory") {
          await runCommands(commands, new DatasetUnderTest(memoryStore({ nowEpochMs: clock.look }), clock));
          return;
        }
        const root = await mkdtemp(join(tmpdir(), "kym-model-"));
        try {
          const lock = join(root, "__staging/lock");
          const ageLock = async (): Promise<void> => {
            const minuteAgo = Date.now() / 1000 - 60;
            await utimes(lock, minuteAgo, minuteAgo).catch(() => undefined);
          };
          await runCommands(commands, new DatasetUnderTest(localStore(root), clock, ageLock));
        } finally {
          await rm(root, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: size.runs, endOnFailure: false },
  );
}
