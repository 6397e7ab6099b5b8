// Measures how long a computation holds the thread before other work has its turn.

import process from "node:process";

export interface LongestHold {
  /** The longest time between two turns of other work, by the clock: what else runs on the machine counts too. */
  readonly wallMs: number;
  /** The longest time of the processor that this thread took between two turns. */
  readonly cpuMs: number;
  /** The time of the processor for all of it. */
  readonly totalCpuMs: number;
}

/** Runs a computation while other work asks for a turn all the time. */
export async function longestHold(run: () => Promise<unknown>): Promise<LongestHold> {
  let isRunning = true;
  let [wallMs, cpuMs] = [0, 0];
  const begun = threadCpuMs();
  let [wall, cpu] = [performance.now(), begun];
  const turn = (): void => {
    wallMs = Math.max(wallMs, performance.now() - wall);
    cpuMs = Math.max(cpuMs, threadCpuMs() - cpu);
    [wall, cpu] = [performance.now(), threadCpuMs()];
    if (isRunning) {
      setImmediate(turn);
    }
  };
  setImmediate(turn);
  await run();
  const totalCpuMs = threadCpuMs() - begun;
  isRunning = false;
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return { wallMs, cpuMs, totalCpuMs };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
