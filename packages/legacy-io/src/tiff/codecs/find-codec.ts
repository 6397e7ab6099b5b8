// Finds the codec of a compression code, and names the compressions that cannot be read.

import { ALL_CODECS } from "./all-codecs.ts";
import type { TiffCodec } from "./tiff-codec.ts";

const UNREAD: ReadonlyMap<number, string> = new Map([
  [6, "old JPEG"],
  [7, "JPEG"],
  [32771, "CCITT RLE in words"],
  [34712, "JPEG 2000"],
  [34887, "LERC"],
  [34925, "LZMA"],
  [50001, "WebP"],
  [50002, "JPEG XL"],
]);

/** The codec of a value of the tag `Compression`. The caller's codecs are tried first. */
export function findCodec(code: number, own: readonly TiffCodec[]): TiffCodec | undefined {
  const isOfCode = ({ codes }: TiffCodec): boolean => codes.includes(code);
  return own.find(isOfCode) ?? ALL_CODECS.find(isOfCode);
}

/** A code and its common name: `50001 (WebP)`. */
export function describeUnread(code: number): string {
  const name = UNREAD.get(code);
  return name === undefined ? String(code) : `${code} (${name})`;
}
