import { openFileSource } from "../tiff/file-source.ts";

/** All bytes of a regular file. Errors: `not_found`, `invalid_file` for what is no regular file, `io`. */
export async function readWholeFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  using source = openFileSource(path);
  return new Uint8Array(await source.read(0, source.sizeBytes));
}
