import { localStore } from "../../../src/node/local/local-store.ts";
import { type Audit, auditStore } from "../../support/audit-store.ts";
import { inFolder } from "../../support/in-folder.ts";
import { settle } from "../../support/read-dataset.ts";
import { type BystanderReport, runBystander } from "../workers/run-bystander.ts";
import { type RunWorkerOptions, runWorker, type WorkerResult } from "../workers/run-worker.ts";
import type { StepTime, WorkerTask, WriterProcessMode } from "../workers/worker-plan.ts";
import { faultsOfWriterProcesses } from "./faults-of-writer-processes.ts";

/** Processes that commit at the same time, and what they suffer. */
export interface WriterProcesses
  extends Pick<WorkerTask, "isLockDisabled" | "lockStaleAfterMs" | "chance" | "protocol"> {
  readonly mode: WriterProcessMode;
  readonly workers: number;
  /** Of each worker. */
  readonly commits: number;
  /** Processes that read all the while. Default 0. */
  readonly readers?: number;
  /** A process collects garbage all the while. Default false. */
  readonly hasGcBeside?: boolean;
  /**
   * Where the first worker stops itself. Only then the others begin; it is woken when one of them has taken its lock over
   * and committed.
   */
  readonly firstStopsAt?: StepTime;
}

export interface WriterProcessesOutcome {
  readonly audit: Audit;
  /** `<worker>/<commit>` of every commit that a worker was told of. */
  readonly acknowledged: readonly string[];
  readonly kills: number;
  readonly warnings: readonly string[];
  readonly beside: readonly BystanderReport[];
  /** Everything that is wrong. If the list is empty, nothing is lost, doubled or torn. */
  readonly faults: readonly string[];
}

/** Lets a crowd commit all that it is to commit, killed ones coming again, and looks at what there is then. */
export async function runWriterProcesses(
  crowd: WriterProcesses,
  seed: number,
): Promise<WriterProcessesOutcome> {
  return inFolder(async (root) => {
    const ends = Array.from({ length: crowd.readers ?? 0 }, () => runBystander({ root, role: "read" }));
    if (crowd.hasGcBeside === true) {
      ends.push(runBystander({ root, role: "gc" }));
    }
    const stopped = new StoppedWorker();
    const lives = await Promise.all(
      Array.from({ length: crowd.workers }, async (_, worker) => {
        if (crowd.firstStopsAt !== undefined && worker > 0) {
          await stopped.isStopped;
        }
        return liveAndComeAgain(root, crowd, worker, seed, stopped);
      }),
    );
    const beside = await Promise.all(ends.map((end) => end()));
    if (crowd.chance !== undefined) {
      await settle(root);
    }
    const audit = await auditStore(localStore(root));
    const results = lives.flat();
    return {
      audit,
      acknowledged: lives.flatMap((life, worker) =>
        life.flatMap(({ acknowledged }) => acknowledged.map(({ commit }) => `${worker}/${commit}`)),
      ),
      kills: results.filter(({ signal }) => signal === "SIGKILL").length,
      warnings: results.flatMap(({ warnings }) => warnings),
      beside,
      faults: [
        ...results.filter(hasFailed).map(({ stderr }) => `a worker failed: ${stderr}`),
        ...beside.flatMap(({ errors }) => errors),
        ...(await faultsOfWriterProcesses(root, crowd, audit, lives)),
      ],
    };
  });
}

function hasFailed({ exitCode, signal, stderr }: WorkerResult): boolean {
  return (exitCode !== 0 && signal !== "SIGKILL") || stderr !== "";
}

/** Runs a worker until it has made all its commits, or has failed. */
async function liveAndComeAgain(
  root: string,
  crowd: WriterProcesses,
  worker: number,
  seed: number,
  stopped: StoppedWorker,
): Promise<readonly WorkerResult[]> {
  const { mode, commits, isLockDisabled, lockStaleAfterMs, chance, protocol, firstStopsAt } = crowd;
  const lives: WorkerResult[] = [];
  for (;;) {
    const task: WorkerTask = {
      root,
      worker,
      commits,
      mode,
      seed: seed + worker * 1000 + lives.length,
      ...(isLockDisabled !== undefined && { isLockDisabled }),
      ...(lockStaleAfterMs !== undefined && { lockStaleAfterMs }),
      ...(chance && { chance }),
      ...(protocol && { protocol }),
      ...(worker === 0 && firstStopsAt && { stopAt: firstStopsAt }),
    };
    const result = await runWorker(task, firstStopsAt ? stopped.options : {});
    lives.push(result);
    if (result.signal !== "SIGKILL") {
      return lives;
    }
  }
}

/** Wakes a worker that stopped itself with the lock in its hands when another took that over, and committed. */
class StoppedWorker {
  #wake: (() => void) | undefined;
  #heir: number | undefined;
  readonly #stopped = Promise.withResolvers<void>();

  readonly isStopped: Promise<void> = this.#stopped.promise;

  readonly options: RunWorkerOptions = {
    isWoken: false,
    onReport: (report, { pid, wake }) => {
      if (report.is === "stopping") {
        this.#wake = wake;
        this.#stopped.resolve();
      } else if (
        report.is === "warned" &&
        this.#wake &&
        /^took over .* did not refresh/.test(report.message)
      ) {
        this.#heir ??= pid;
      } else if (report.is === "acknowledged" && pid === this.#heir) {
        this.#wake?.();
        this.#wake = undefined;
      }
    },
  };
}
