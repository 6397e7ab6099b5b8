import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import type { DecodeBudget } from "./decode-budget.ts";

const WINDOW_BYTES = 1 << 14;
const BUDGET_FACTOR = 4;
const BUDGET_FLOOR_BYTES = 1 << 20;

/** Reads the scattered small parts of a file: one read fetches the neighbourhood of what is asked for. */
export interface HeaderReader {
  readonly sizeBytes: number;
  /** What headers may take; who keeps something of them counts it there. */
  readonly budget: DecodeBudget;
  /**
   * At once where the neighbourhood is there already: a file has dozens of tags, and waiting for each costs more than
   * reading it. Errors: `invalid_file` outside the file, and once headers ask for several times the file in all.
   */
  read(offset: number, length: number): DataView | Promise<DataView>;
}

/**
 * A header reader over a source. The bytes asked for in all are bounded by four times the file's size and 1 MiB: no
 * honest file has directories that overlap so often, and reading a hostile one would take for ever.
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
