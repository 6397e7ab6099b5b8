/** Finds the codec of a compression, or the name of one that is not read. */
import { ALL_CODECS } from "./all-codecs.ts";
import type { TiffCodec } from "./tiff-codec.ts";

const UNREAD: ReadonlyMap<number, string> = new Map([
  [2, "CCITT RLE"],
  [3, "CCITT T.4"],
  [4, "CCITT T.6"],
  [6, "old JPEG"],
  [7, "JPEG"],
  [34712, "JPEG 2000"],
  [34887, "LERC"],
  [34925, "LZMA"],
  [50001, "WebP"],
  [50002, "JPEG XL"],
]);

/** The codec of a value of the tag `Compression`; those of the caller come first. */
export function findCodec(code: number, own: readonly TiffCodec[]): TiffCodec | undefined {
  const isOfCode = ({ codes }: TiffCodec): boolean => codes.includes(code);
  return own.find(isOfCode) ?? ALL_CODECS.find(isOfCode);
}

/** `50001 (WebP)`: a code and the name people know it by. */
export function describeUnread(code: number): string {
  const name = UNREAD.get(code);
  return name === undefined ? String(code) : `${code} (${name})`;
}
