// What a measurement was made on, and how busy it was.

import { cpus, loadavg, release, totalmem } from "node:os";
import process from "node:process";

export interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
}

/** The load above which other programs took part of the machine. */
const IDLE_LOAD = 0.5;

export function thisMachine(): Machine {
  return {
    processors: cpus().length,
    model: (cpus()[0]?.model ?? "unknown processor").trim(),
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${process.platform} ${release()}`,
    node: process.versions.node,
  };
}

/** How many processes wanted a processor within the last minute. Windows does not count them. */
export function currentLoad(): number {
  return loadavg()[0] ?? 0;
}

/** Whether nothing else ran. `loadBefore` is that of the minute before the measurement, which itself is a load. */
export function isIdle(loadBefore: number): boolean {
  return loadBefore <= IDLE_LOAD;
}

export function machineLine({ processors, model, memoryGb, system, node }: Machine): string {
  return `${processors} × ${model}, ${memoryGb} GB, ${system}, Node ${node}`;
}

export function loadLine(loadBefore: number): string {
  return `load ${loadBefore.toFixed(2)} before the first round${isIdle(loadBefore) ? "" : ": not idle"}`;
}
