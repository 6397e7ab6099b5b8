import { describe, expect, it } from "vitest";
import { expectLateDeletion } from "../publish/late-deletion.ts";
import { killTrial } from "./kill-trial.ts";
import { runWriterProcesses } from "./writer-processes.ts";

const TIMEOUT_MS = 120_000;

describe("the suites of real processes fail", () => {
  it(
    "that of a killed writer, if new files are written in place",
    async () => {
      for (const step of ["staged", "synced", "before-link"] as const) {
        await expect(killTrial({ at: { step, time: 6 }, protocol: "in-place" })).rejects.toThrow();
      }
      await expect(killTrial({ at: { step: "before-link", time: 6 } })).resolves.toBeDefined();
    },
    TIMEOUT_MS,
  );

  it(
    "that of the crowd, if records are renamed to their versions",
    async () => {
      const { faults } = await runWriterProcesses(
        { mode: "disjoint", workers: 4, commits: 12, isLockDisabled: true, protocol: "rename" },
        1,
      );
      console.log(`by rename: ${faults.length} faults, such as: ${faults.at(-1)}`);
      expect(faults).not.toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each(["naive-deletion", undefined] as const)(
    "that of a late deleter, by %s",
    (protocol) => expectLateDeletion(protocol),
    TIMEOUT_MS,
  );
});
