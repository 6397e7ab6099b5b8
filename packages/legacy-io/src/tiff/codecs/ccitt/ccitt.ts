// The compressions of fax machines: modified Huffman (2), T.4 (3) and T.6 (4), by ITU-T T.4 and T.6.

import type { TiffCodec, TiffSegment } from "../tiff-codec.ts";
import { decodeFax, type FaxScheme } from "./decode-fax.ts";

/** One line of white pixels may take a single bit, so that a byte stands for eight lines of this width. */
export const MAX_FAX_WIDTH: number = 2 ** 20;
/** A code of 12 bits stands for at most 2560 pixels. */
const RATIO_OF_RUNS = 256;
const TWO_DIMENSIONAL = 1;

const RUNS: FaxScheme = { kind: "runs" };
const GROUP_4: FaxScheme = { kind: "group4" };

export const ccittCodecs: readonly TiffCodec[] = [
  ccittCodec("ccitt-rle", 2, RATIO_OF_RUNS, () => RUNS),
  ccittCodec("ccitt-t4", 3, MAX_FAX_WIDTH, ({ faxOptions }) => ({
    kind: "group3",
    isTagged: (faxOptions & TWO_DIMENSIONAL) !== 0,
  })),
  ccittCodec("ccitt-t6", 4, MAX_FAX_WIDTH, () => GROUP_4),
];

function ccittCodec(
  name: string,
  code: number,
  maxRatio: number,
  schemeOf: (segment: TiffSegment) => FaxScheme,
): TiffCodec {
  return {
    codes: [code],
    name,
    maxRatio,
    hasPredictor: false,
    isBilevel: true,
    decode: (bytes, maxBytes, check, segment) => {
      const { width, rows } = segment;
      const rowBytes = Math.ceil(width / 8);
      const target = new Uint8Array(rowBytes * rows);
      const decoded = decodeFax(bytes, { width, rows, scheme: schemeOf(segment) }, target, check);
      // The last strip may have the lines of a whole one.
      if (decoded.hasMore && target.length === maxBytes) {
        segment.onMore();
      }
      return target.subarray(0, decoded.rows * rowBytes);
    },
  };
}
