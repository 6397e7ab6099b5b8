// Limits the memory and the time that reading one TIFF may take.

import { LegacyIoError } from "../../errors.ts";
import type { TiffLimits } from "./tiff-limits.ts";

/** Counts memory and time against the limits. Its methods throw `not_supported`, naming the limit. */
export interface DecodeBudget {
  /** Counts bytes that are about to be allocated and kept until the end. */
  take(sizeBytes: number, what: string): void;
  /** Checks bytes that are needed only for a while. They must fit beside those already counted. */
  lend(sizeBytes: number, what: string): void;
  /** Checks the time. Call it every few thousand bytes, so that a decoder stops soon after the time limit. */
  check(): void;
  /** Waits without counting the time: for the source, or for other tasks. */
  outside<T>(wait: () => Promise<T>): Promise<T>;
}

/** Makes the budget for a file of `fileBytes` bytes. Its clock starts now. */
export function decodeBudget(
  fileBytes: number,
  { maxMemoryBytes, maxDecodeMs }: Pick<TiffLimits, "maxMemoryBytes" | "maxDecodeMs">,
): DecodeBudget {
  const availableBytes = maxMemoryBytes + fileBytes;
  let takenBytes = 0;
  let startedMs = performance.now();
  const lend = (sizeBytes: number, what: string): void => {
    if (!(takenBytes + sizeBytes <= availableBytes)) {
      throw new LegacyIoError(
        "not_supported",
        `the TIFF needs ${takenBytes + sizeBytes} bytes of memory, ${sizeBytes} of them for ${what}: its own ${fileBytes} and the limit maxMemoryBytes of ${maxMemoryBytes} are less`,
        { expected: availableBytes, found: takenBytes + sizeBytes },
      );
    }
  };
  return {
    lend,
    take: (sizeBytes, what) => {
      lend(sizeBytes, what);
      takenBytes += sizeBytes;
    },
    check: () => {
      const spentMs = performance.now() - startedMs;
      if (spentMs > maxDecodeMs) {
        throw new LegacyIoError(
          "not_supported",
          `the TIFF takes longer to decode than the limit maxDecodeMs of ${maxDecodeMs} ms`,
          { expected: maxDecodeMs, found: Math.round(spentMs) },
        );
      }
    },
    outside: async (wait) => {
      const leftMs = performance.now();
      try {
        return await wait();
      } finally {
        startedMs += performance.now() - leftMs;
      }
    },
  };
}
