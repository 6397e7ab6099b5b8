/** A process that commits. The tests start several, and some of them kill or stop themselves. */
import { writeSync } from "node:fs";
import { isZarrStoreError } from "../../../src/errors.ts";
import { engineWriter } from "./engine-writer.ts";
import type { TaskWriter, TaskWriterOptions } from "./task-writer.ts";
import { type StepTime, seededRandom, type WorkerReport, type WorkerTask } from "./worker-plan.ts";

const task: WorkerTask = JSON.parse(process.argv[2] ?? "");
const random = seededRandom(task.seed ?? 0);
const times = new Map<string, number>();

function report(line: WorkerReport): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

const sufferAtStep: TaskWriterOptions["onStep"] = (step) => {
  const time = (times.get(step) ?? 0) + 1;
  times.set(step, time);
  const isNow = (at: StepTime | undefined): boolean => at?.step === step && at.time === time;
  const { kill, stop } = task.chance ?? { kill: 0, stop: 0 };
  if (isNow(task.killAt) || random() < kill) {
    process.kill(process.pid, "SIGKILL");
  }
  if (isNow(task.stopAt)) {
    report({ is: "stopping" });
  }
  if (isNow(task.stopAt) || random() < stop) {
    process.kill(process.pid, "SIGSTOP");
  }
};

const options: TaskWriterOptions = {
  logger: {
    debug: () => undefined,
    info: () => undefined,
    warn: (message) => report({ is: "warned", message }),
    error: (message) => report({ is: "warned", message }),
  },
  lock: {
    disabled: task.isLockDisabled ?? false,
    ...(task.lockStaleAfterMs !== undefined && { staleAfterMs: task.lockStaleAfterMs }),
  },
  onStep: sufferAtStep,
};

/** A dataset needs the table libraries, which take longer to load than all else. */
async function writerOf(): Promise<TaskWriter> {
  if (task.mode === "table") {
    const { tableWriter } = await import("./table-writer.ts");
    return tableWriter(task, options);
  }
  return engineWriter(task, options);
}

const writer = await writerOf();
let commit = await writer.countDone();
while (commit < task.commits) {
  try {
    const { version, committed } = await writer.commit(commit);
    if (committed || task.mode === "cycle") {
      report({ is: "acknowledged", acknowledged: { version, commit } });
    }
    commit++;
  } catch (error) {
    // After ten seconds of conflicts, which a process that was stopped has at once.
    if (!isZarrStoreError(error, "conflict")) {
      throw error;
    }
  }
}
