// Reads the strips or tiles that follow one another in a file several at a time.

import type { ByteSource } from "../byte-source.ts";
import type { DecodeBudget } from "../header/decode-budget.ts";
import type { TiffPage } from "../page/tiff-page.ts";

/** The most bytes of several at a time. One that is larger is read alone. */
const WINDOW_BYTES = 2 ** 20;

/** Gives the stored bytes of strips or tiles of a page that are asked for in their order. */
export interface SegmentWindow {
  /** The first `sizeBytes` bytes of a strip or tile. They may be a view of shared memory. */
  read(index: number, sizeBytes: number): Promise<Uint8Array> | Uint8Array;
}

/** Reads no strip or tile from `stopIndex` on. */
export function segmentWindow(
  source: ByteSource,
  { offsets, byteCounts }: Pick<TiffPage, "offsets" | "byteCounts">,
  budget: Pick<DecodeBudget, "outside">,
  stopIndex: number,
): SegmentWindow {
  let held: Uint8Array = new Uint8Array();
  let heldFrom = 0;
  return {
    read: (index, sizeBytes) => {
      const offset = offsets[index] ?? 0;
      if (offset >= heldFrom && offset + sizeBytes <= heldFrom + held.length) {
        return held.subarray(offset - heldFrom, offset - heldFrom + sizeBytes);
      }
      let end = offset + sizeBytes;
      for (let next = index + 1; next < stopIndex && offsets[next] === end; next++) {
        const nextEnd = end + (byteCounts[next] ?? 0);
        if (nextEnd - offset > WINDOW_BYTES || nextEnd > source.sizeBytes) {
          break;
        }
        end = nextEnd;
      }
      // What was held is not needed any more, and need not be in memory beside the next.
      held = new Uint8Array();
      const length = end - offset;
      return budget
        .outside(() => source.read(offset, length), length)
        .then((bytes) => {
          [held, heldFrom] = [bytes, offset];
          return bytes.subarray(0, sizeBytes);
        });
    },
  };
}
