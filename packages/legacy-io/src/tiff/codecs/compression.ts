/** The compressions that are read; any other is `not_supported`. */
export type TiffCompression = "none" | "lzw" | "deflate" | "packbits" | "zstd";

const COMPRESSIONS: ReadonlyMap<number, TiffCompression> = new Map([
  [1, "none"],
  [5, "lzw"],
  [8, "deflate"],
  [32946, "deflate"],
  [32773, "packbits"],
  [50000, "zstd"],
]);

const NAMES: ReadonlyMap<number, string> = new Map([
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

/**
 * The most that one byte can become: of DEFLATE by its longest match in two bits; of LZW a string of 3838 bytes in 12
 * bits, averaged over a table; of zstd a block of 128 KiB in four bytes.
 */
const MAX_RATIO: Readonly<Record<TiffCompression, number>> = {
  none: 1,
  lzw: 2560,
  deflate: 1032,
  packbits: 64,
  zstd: 32768,
};

export function compressionOf(code: number): TiffCompression | undefined {
  return COMPRESSIONS.get(code);
}

/** `50001 (WebP)`: a code and the name people know it by. */
export function describeCompression(code: number): string {
  const name = COMPRESSIONS.get(code) ?? NAMES.get(code);
  return name === undefined ? String(code) : `${code} (${name})`;
}

/** How many bytes `sizeBytes` compressed bytes can be decoded to at most. */
export function maxDecodedBytes(compression: TiffCompression, sizeBytes: number): number {
  return sizeBytes * MAX_RATIO[compression];
}
