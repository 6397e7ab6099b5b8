import { expect } from "vitest";
import { LOCK, STAGING, stagingEntryKind } from "../../../src/commit/records/control-keys.ts";
import { localStore } from "../../../src/node/local/local-store.ts";
import { auditStore } from "../../support/audit-store.ts";
import { inFolder } from "../../support/in-folder.ts";
import { NEXT, readDataset, settle } from "../../support/read-dataset.ts";
import { type RunWorkerOptions, runWorker } from "../workers/run-worker.ts";
import { type StepTime, stateOfCycle } from "../workers/worker-plan.ts";
import type { WrongProtocol } from "../workers/wrong-protocol.ts";

/** How a writer dies: by itself at a step, or from outside at whatever it does just then. */
export interface Kill {
  readonly at?: StepTime;
  readonly after?: RunWorkerOptions["killAfter"];
  readonly protocol?: WrongProtocol;
}

export interface KillTrial {
  readonly acknowledged: number;
  /** The head was one more than what the writer was told of. */
  readonly isOneMore: boolean;
  /** What the dead writer left. */
  readonly left: { readonly lock: boolean; readonly staging: boolean };
}

/**
 * A process commits and is killed with SIGKILL. A reader then sees all commits that the process was told of, or one
 * more, whole. The next writer takes its lock over at once; afterwards every file is in place, and nothing else is
 * left.
 */
export async function killTrial({ at, after, protocol }: Kill): Promise<KillTrial> {
  return inFolder(async (root) => {
    const died = await runWorker(
      {
        root,
        worker: 1,
        commits: 10_000,
        mode: "cycle",
        ...(at && { killAt: at }),
        ...(protocol && { protocol }),
      },
      { killAfter: after },
    );
    expect(died.signal, died.stderr).toBe("SIGKILL");
    const store = localStore(root);
    const names = (await store.list(STAGING)).map(({ name }) => name);
    const hasLock = (await store.stat(LOCK)) !== undefined;
    const acknowledged = died.acknowledged.length;
    const { version, objects } = await readDataset(root);
    expect([acknowledged, acknowledged + 1]).toContain(version);
    expect(objects).toEqual(stateOfCycle(version));
    const warnings = await settle(root);
    if (hasLock && !warnings.some((warning) => /its holder did not refresh it/.test(warning))) {
      expect(warnings.join()).toContain(`process ${died.pid} on this host, is gone`);
    }
    const audit = await auditStore(store);
    expect(audit.problems).toEqual([]);
    expect(audit.foreign).toEqual({});
    expect(audit.obstacles).toEqual({});
    expect(audit.objects).toEqual({ ...stateOfCycle(version), ...NEXT });
    const staging = names.some((name) => stagingEntryKind(name) === "transaction");
    return { acknowledged, isOneMore: version > acknowledged, left: { lock: hasLock, staging } };
  });
}
