import { LegacyIoError } from "../../errors.ts";
import type { TiffLimits } from "./tiff-limits.ts";

/** The memory and the time that reading one TIFF may take. Its methods throw `not_supported`, naming the limit. */
export interface DecodeBudget {
  /** Counts bytes that are about to be allocated and live until the end. */
  take(sizeBytes: number, what: string): void;
  /** As `take`, for bytes that live for a while: the most at one time has to fit. */
  lend(sizeBytes: number, what: string): void;
  /** To call between pieces of work: of a few thousand bytes, so that a decoder ends soon after the time is up. */
  check(): void;
  /** Waits for what is not the reader's work: the source, or the turn of others. */
  outside<T>(wait: () => Promise<T>): Promise<T>;
}

/** A budget for a file of `fileBytes` bytes, whose clock runs from now on. */
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
