// Reads the small, scattered parts of a TIFF's headers with few reads of the source.

import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import type { DecodeBudget } from "./decode-budget.ts";

const WINDOW_BYTES = 1 << 14;
const BUDGET_FACTOR = 4;
const BUDGET_FLOOR_BYTES = 1 << 20;

/** Reads small parts of a file. Each read of the source fetches 16 KiB, which later calls are served from. */
export interface HeaderReader {
  readonly sizeBytes: number;
  /** The budget of the file. A caller that keeps something it read counts it there. */
  readonly budget: DecodeBudget;
  /**
   * Returns a view, at once if the bytes are there already: a file has dozens of tags, and awaiting each one costs more than
   * reading it. Throws `invalid_file` for a range outside the file, and if the headers ask for too much in total.
   */
  read(offset: number, length: number): DataView | Promise<DataView>;
}

/**
 * Makes a header reader over a source. All reads together may ask for at most four times the file's size plus 1 MiB. The
 * directories of a proper file never overlap that much, and a hostile file could make reading endless.
 */
export function headerReader(
  source: ByteSource,
  budget: DecodeBudget,
  signal: AbortSignal | undefined,
): HeaderReader {
  const budgetBytes = source.sizeBytes * BUDGET_FACTOR + BUDGET_FLOOR_BYTES;
  let spentBytes = 0;
  let windowOffset = 0;
  let window: Uint8Array = new Uint8Array(0);
  const viewOf = (offset: number, length: number): DataView =>
    new DataView(window.buffer, window.byteOffset + offset - windowOffset, length);
  const fetchWindow = async (offset: number, length: number): Promise<DataView> => {
    throwIfAborted(signal, LegacyIoError);
    const fetched = Math.max(length, Math.min(WINDOW_BYTES, source.sizeBytes - offset));
    window = await budget.outside(() => source.read(offset, fetched));
    windowOffset = offset;
    return viewOf(offset, length);
  };
  return {
    sizeBytes: source.sizeBytes,
    budget,
    read: (offset, length) => {
      budget.check();
      spentBytes += length;
      if (spentBytes > budgetBytes) {
        throw new LegacyIoError(
          "invalid_file",
          "the TIFF's directories overlap: they ask for more than the file has",
          { offset, expected: budgetBytes, found: spentBytes },
        );
      }
      const isThere = offset >= windowOffset && offset + length <= windowOffset + window.byteLength;
      return isThere ? viewOf(offset, length) : fetchWindow(offset, length);
    },
  };
}
