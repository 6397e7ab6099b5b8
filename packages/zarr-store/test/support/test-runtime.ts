import { createHash } from "node:crypto";
import type { Logger } from "../../src/runtime/logger.ts";
import { portableRuntime, type Runtime } from "../../src/runtime/runtime.ts";

/** A clock that several runtimes and a memory store share; it stands still but for sleeps and looks at it. */
export class TestClock {
  nowEpochMs = 1_760_000_000_000;

  readonly look = (): number => {
    this.nowEpochMs += 1;
    return this.nowEpochMs;
  };
}

export interface TestRuntimeOptions {
  readonly clock?: TestClock;
  /** The process that this runtime pretends to be. Default 1. */
  readonly pid?: number;
  /** Processes that are known to be gone, now or later. */
  readonly dead?: ReadonlySet<number>;
}

/** Nothing here depends on chance or on the hour: ids count up, sleeping only moves the clock. */
export function testRuntime(options: TestRuntimeOptions = {}): Runtime {
  const { clock = new TestClock(), pid = 1, dead = new Set() } = options;
  let ids = 0;
  let seed = pid;
  return {
    ...portableRuntime(),
    nowEpochMs: clock.look,
    monotonicMs: clock.look,
    newId: () => `${pid}-${++ids}`,
    sleepMs: async (milliseconds) => {
      clock.nowEpochMs += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
    },
    random: () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    sha256,
    writer: { host: "here", pid, started: `start of ${pid}` },
    writerState: (writer) => (writer.host !== "here" ? "unknown" : dead.has(writer.pid) ? "dead" : "alive"),
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export interface CollectedLog extends Logger {
  readonly warnings: readonly string[];
}

export function collectLog(): CollectedLog {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
  };
  return { debug: () => undefined, info: () => undefined, warn, error: warn, warnings };
}
