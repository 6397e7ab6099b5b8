import { unlink } from "node:fs/promises";
import { expect } from "vitest";
import { CommitEngine } from "../../../src/commit/commit-engine.ts";
import { COMMITS } from "../../../src/commit/records/control-keys.ts";
import { localStore } from "../../../src/node/local/local-store.ts";
import { nodeRuntime } from "../../../src/node/runtime/node-runtime.ts";
import { runBounded } from "../../../src/runtime/run-bounded.ts";
import type { Runtime } from "../../../src/runtime/runtime.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import { auditStore } from "../../support/audit-store.ts";
import { NEXT, readDataset, settle } from "../../support/read-dataset.ts";
import { applyChanges } from "../../support/simulated-writers.ts";
import { collectLog } from "../../support/test-runtime.ts";
import { cycleOf, stateOfCycle } from "../workers/worker-plan.ts";
import { LoopImage } from "./loop-image.ts";

/** What is flushed: all, all but the log after the link, or all but the staged files and directories. */
export type Flushes = "all" | "not the log" | "not what is staged";

/** Of a process that is gone after the cut, unlike this one. */
const RUNTIME_BEFORE: Runtime = {
  ...nodeRuntime(),
  writer: { ...nodeRuntime().writer, started: "before the power was cut" },
};

/** Waiting for a dead holder's lock is most of the time. */
const MOUNTED_AT_ONCE = 4;

interface Cut {
  readonly file: string;
  readonly where: string;
  readonly acknowledged: number;
}

export interface PowerCuts {
  readonly cuts: number;
  /** What is wrong after a cut, and after the recovery from it. */
  readonly faults: readonly string[];
}

/** Makes commits, cuts the power at every step of each, and looks at what a reader and the next writer find. */
export async function powerCuts(commits: number, flushes: Flushes): Promise<PowerCuts> {
  return LoopImage.with(async (image) => {
    const cuts: Cut[] = [];
    await image.mounted(undefined, async (root) => {
      let acknowledged = 0;
      const cut = async (where: string): Promise<void> => {
        cuts.push({ file: await image.cut(), where, acknowledged });
      };
      const engine = new CommitEngine(flushing(localStore(root), flushes), {
        runtime: RUNTIME_BEFORE,
        logger: collectLog(),
        onStep: cut,
      });
      await engine.open();
      for (let commit = 0; commit < commits; commit++) {
        await engine.transact((transaction) => applyChanges(transaction, cycleOf(commit)));
        acknowledged++;
        await cut("after the acknowledgement");
      }
    });
    const faults: string[] = [];
    const look = async ({ file, where, acknowledged }: Cut): Promise<void> => {
      try {
        await image.mounted(file, (root) => assertRecovers(root, acknowledged));
      } catch (error) {
        const what = error instanceof Error ? error.message.split("\n")[0] : String(error);
        faults.push(`${acknowledged} acknowledged, ${where}: ${what}`);
      }
      await unlink(file);
    };
    await runBounded(cuts, look, { concurrency: MOUNTED_AT_ONCE });
    return { cuts: cuts.length, faults };
  });
}

function flushing(store: KeyValueStore, flushes: Flushes): KeyValueStore {
  const right = interceptStore(store, (_call, run) => run());
  const isOfLog = (key: string): boolean => key === COMMITS;
  switch (flushes) {
    case "all":
      return right;
    case "not the log":
      return { ...right, sync: (keys) => store.sync(keys.filter((key) => !isOfLog(key))) };
    case "not what is staged":
      return { ...right, sync: (keys) => store.sync(keys.filter(isOfLog)) };
  }
}

/** No acknowledged commit is lost, each object is whole, and one more writer puts everything in its place. */
async function assertRecovers(root: string, acknowledged: number): Promise<void> {
  const { version, objects } = await readDataset(root);
  expect(version, "the version after the cut").toBeGreaterThanOrEqual(acknowledged);
  expect(version, "the version after the cut").toBeLessThanOrEqual(acknowledged + 1);
  expect(objects).toEqual(stateOfCycle(version));
  await settle(root, { staleAfterMs: 20 });
  const audit = await auditStore(localStore(root));
  expect(audit.problems).toEqual([]);
  expect(audit.foreign).toEqual({});
  expect(audit.objects).toEqual({ ...stateOfCycle(version), ...NEXT });
}
