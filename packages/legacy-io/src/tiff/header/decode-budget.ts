// Limits the memory and the work that reading one TIFF may take.

import { LegacyIoError } from "../../errors.ts";
import type { TiffLimits } from "./tiff-limits.ts";
import { waitAtMost } from "./wait-at-most.ts";

/** Counts memory and work against the limits. Its methods throw `not_supported`, naming the limit. */
export interface DecodeBudget {
  /** Counts bytes that are about to be allocated and kept until the end. */
  take(sizeBytes: number, what: string): void;
  /** Checks bytes that are needed only for a while. They must fit beside those already counted. */
  lend(sizeBytes: number, what: string): void;
  /** Counts the bytes of a strip that is about to be decoded, and those that it becomes. */
  work(storedBytes: number, decodedBytes: number): void;
  /** Checks the processor time. Call it every few thousand bytes, so that a decoder stops soon after the limit. */
  check(): void;
  /** Counts no more of this thread's time until the function that it returns is called. */
  pause(): () => void;
  /**
   * Waits for the source or for other tasks without counting their work. `sizeBytes` are the bytes that the source is asked
   * for: it may take longer for many.
   * @throws {LegacyIoError} `io` if the wait takes longer than `maxWaitMs`
   */
  outside<T>(wait: () => Promise<T>, sizeBytes?: number): Promise<T>;
}

type Limits = Pick<TiffLimits, "maxMemoryBytes" | "maxWorkBytes" | "maxDecodeMs" | "maxWaitMs">;

/** The limit of time is for a file of this size at most. A larger one may take as much longer. */
const FILE_BYTES_OF_LIMIT = 2 ** 24;
/** A proper file's strips do not overlap. Some writers share the strips that are equal. */
const WORK_FACTOR = 4;
const US_PER_MS = 1000;
/** The longest wait is for a read of this size at most. */
const BYTES_OF_WAIT = 2 ** 24;
/** The processor's clock may stand still for so long, so any work counts as this much. */
const SHORTEST_MS = 0.01;

/**
 * Makes the budget for a file of `fileBytes` bytes.
 *
 * Time is the processor's, of the thread that decodes: other programs on the machine do not count. A runtime that does not
 * tell it (browsers, Node before 22.20) counts bytes alone.
 */
export function decodeBudget(
  fileBytes: number,
  { maxMemoryBytes, maxWorkBytes, maxDecodeMs, maxWaitMs }: Limits,
): DecodeBudget {
  const availableBytes = maxMemoryBytes + fileBytes;
  const allowedMs = maxDecodeMs * Math.max(1, fileBytes / FILE_BYTES_OF_LIMIT);
  const openedMs = performance.now();
  let takenBytes = 0;
  let workedBytes = 0;
  let decodedTotal = 0;
  let startedMs = threadMs();
  const lend = (sizeBytes: number, what: string): void => {
    if (!(takenBytes + sizeBytes <= availableBytes)) {
      throw new LegacyIoError(
        "not_supported",
        `the TIFF needs ${takenBytes + sizeBytes} bytes of memory, ${sizeBytes} of them for ${what}: its own ${fileBytes} and the limit maxMemoryBytes of ${maxMemoryBytes} are less`,
        { expected: availableBytes, found: takenBytes + sizeBytes },
      );
    }
  };
  const pause = (): (() => void) => {
    const leftMs = threadMs();
    return () => {
      startedMs += threadMs() - leftMs;
    };
  };
  return {
    lend,
    pause,
    take: (sizeBytes, what) => {
      lend(sizeBytes, what);
      takenBytes += sizeBytes;
    },
    work: (storedBytes, decodedBytes) => {
      workedBytes += storedBytes;
      decodedTotal += decodedBytes;
      const allowedBytes = maxWorkBytes + WORK_FACTOR * fileBytes + decodedTotal;
      if (workedBytes > allowedBytes) {
        throw new LegacyIoError(
          "not_supported",
          `the TIFF's strips overlap: ${workedBytes} bytes to decode in a file of ${fileBytes} are beyond the limit maxWorkBytes of ${maxWorkBytes}`,
          { expected: allowedBytes, found: workedBytes },
        );
      }
    },
    check: () => {
      // A thread cannot have used more than what has passed, and looking at the clock costs far less.
      if (performance.now() - openedMs <= allowedMs) {
        return;
      }
      const spentMs = threadMs() - startedMs + SHORTEST_MS;
      if (spentMs > allowedMs) {
        throw new LegacyIoError(
          "not_supported",
          `the TIFF takes longer to decode than the limit maxDecodeMs of ${maxDecodeMs} ms${allowedMs === maxDecodeMs ? "" : `, which is ${Math.round(allowedMs)} ms for its ${fileBytes} bytes`}`,
          { expected: maxDecodeMs, found: Math.round(spentMs) },
        );
      }
    },
    outside: async (wait, sizeBytes = 0) => {
      const goOn = pause();
      try {
        return await waitAtMost(wait(), maxWaitMs * Math.max(1, sizeBytes / BYTES_OF_WAIT));
      } finally {
        goOn();
      }
    },
  };
}

/** Milliseconds of processor time that this thread has used; 0 where the runtime does not tell. */
function threadMs(): number {
  const { user, system } = threadUsage();
  return (user + system) / US_PER_MS;
}

const NOTHING = { user: 0, system: 0 } as const;

function threadUsage(): { readonly user: number; readonly system: number } {
  return globalThis.process?.threadCpuUsage?.() ?? NOTHING;
}
