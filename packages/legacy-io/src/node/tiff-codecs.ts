import { inflateSync, zstdDecompressSync } from "node:zlib";
import { LegacyIoError } from "../errors.ts";
import type { Decompress, TiffCodecs } from "../tiff/read-rows.ts";

/**
 * The decompressors of `node:zlib`, for `readTiff(source, {codecs: nodeTiffCodecs})`: several times faster than those
 * that run everywhere. They stop at the size that the image can have.
 */
export const nodeTiffCodecs: TiffCodecs = {
  inflate: decompressor("deflate", (bytes, maxOutputLength) => inflateSync(bytes, { maxOutputLength })),
  zstd: decompressor("zstd", (bytes, maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength })),
};

function decompressor(
  name: string,
  decompress: (bytes: Uint8Array, maxBytes: number) => Uint8Array,
): Decompress {
  return (bytes, maxBytes) => {
    try {
      return decompress(bytes, maxBytes);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new LegacyIoError("invalid_file", `damaged ${name} data: ${reason}`, {
        expected: maxBytes,
        cause,
      });
    }
  };
}
