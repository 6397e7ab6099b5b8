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
  /** Gives its memory back. Nothing that was read may be used any more. */
  release(): void;
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
  // A source that makes new memory for each read would fill it until a collector comes.
  const { readInto } = source.readOwned === undefined ? {} : source;
  let block: Uint8Array<ArrayBuffer> = new Uint8Array();
  const readAt = async (offset: number, length: number): Promise<Uint8Array> => {
    if (readInto === undefined) {
      return source.read(offset, length);
    }
    if (block.length < length) {
      block.buffer.transfer(0);
      block = new Uint8Array(Math.min(Math.max(length, WINDOW_BYTES), source.sizeBytes));
    }
    const target = block.subarray(0, length);
    await readInto.call(source, offset, target);
    return target;
  };
  return {
    release: () => {
      held = new Uint8Array();
      block.buffer.transfer(0);
    },
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
        .outside(() => readAt(offset, length), length)
        .then((bytes) => {
          [held, heldFrom] = [bytes, offset];
          return bytes.subarray(0, sizeBytes);
        });
    },
  };
}
