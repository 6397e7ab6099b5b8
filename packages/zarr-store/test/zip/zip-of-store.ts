import { crc32 } from "../../src/bytes/crc32.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { joinKey, type StoreKey } from "../../src/store/store-key.ts";
import { encodeLocalHeader, encodeZipEnd, type WrittenEntry } from "../../src/zip/zip-records.ts";

/** All files of a store as a zip file. */
export async function zipOfStore(store: KeyValueStore): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const entries: WrittenEntry[] = [];
  let offset = 0;
  const visit = async (prefix: StoreKey | ""): Promise<void> => {
    for (const { name, kind } of await store.list(prefix)) {
      const key = joinKey(prefix, name);
      const bytes = kind === "file" ? await store.get(key) : undefined;
      if (kind === "directory") {
        await visit(key);
      } else if (bytes !== undefined) {
        const entry = { name: key, sizeBytes: bytes.length, crc32: crc32(bytes), offset };
        const header = encodeLocalHeader(entry);
        parts.push(header, bytes);
        entries.push(entry);
        offset += header.length + bytes.length;
      }
    }
  };
  await visit("");
  return new Uint8Array(Buffer.concat([...parts, encodeZipEnd(entries, offset)]));
}
