import type { FileHandle } from "node:fs/promises";
import type { ByteRange } from "../store/key-value-store.ts";

/** The bytes of a range in an array of their own, fewer if the file ends before. */
export async function readBytes(file: FileHandle, range: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(range.length);
  let filled = 0;
  while (filled < range.length) {
    const { bytesRead } = await file.read(bytes, filled, range.length - filled, range.offset + filled);
    if (bytesRead === 0) {
      return bytes.slice(0, filled);
    }
    filled += bytesRead;
  }
  return bytes;
}
