// Opens a zip file of the local file system as a folder that can only be read.

import { type BigIntStats, constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { crc32 } from "node:zlib";
import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type { ZipSource } from "../../zip/zip-source.ts";
import { openZip, type ZipStore } from "../../zip/zip-store.ts";
import { errnoOf } from "../local/errno.ts";

/**
 * Opens a zip file as a folder that can only be read, as `openZip` says. No file stays open. If another file takes its place
 * meanwhile, reading ends with `io`.
 *
 * @throws {ZarrStoreError} `not_found` if there is no such file; `invalid_file`, `invalid_name` and `not_supported` for a file that
 * is damaged, hostile or in another form; `io`, `aborted`
 * @example
 * const store = await openZipFile("/data/scan.cs.ome.zarr.zip");
 * for (const key of store.keys) console.log(key, (await store.get(key))?.length);
 */
export async function openZipFile(path: string, options: ReadOptions = {}): Promise<ZipStore> {
  return openZip(await fileSource(path), { ...options, crc32 });
}

/** A file as a source of bytes, opened for each read. It must stay the file that it is now. */
export async function fileSource(path: string): Promise<ZipSource> {
  const location = resolve(path);
  const failed = (cause: unknown): ZarrStoreError => {
    const errno = errnoOf(cause);
    return errno === "ENOENT" || errno === "ENOTDIR"
      ? new ZarrStoreError("not_found", `there is no file ${location}`, { path: location, cause })
      : new ZarrStoreError("io", `cannot read ${location}: ${errno}`, {
          path: location,
          found: errno,
          cause,
        });
  };
  const withFile = async <T>(run: (read: Read, stats: BigIntStats) => Promise<T>): Promise<T> => {
    try {
      const file = await open(location, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        return await run(
          (bytes, offset) => file.read(bytes, 0, bytes.length, offset),
          await file.stat({ bigint: true }),
        );
      } finally {
        await file.close();
      }
    } catch (error) {
      throw errnoOf(error) === undefined ? error : failed(error);
    }
  };
  const first = await withFile(async (_read, stats) => stats);
  if (!first.isFile()) {
    throw new ZarrStoreError("invalid_file", `${location} is not a file`, { path: location });
  }
  return {
    location,
    sizeBytes: Number(first.size),
    read: (offset, length, { signal } = {}) =>
      withFile(async (read, stats) => {
        throwIfAborted(signal);
        const bytes = new Uint8Array(length);
        let done = 0;
        while (isSame(first, stats) && done < length) {
          const { bytesRead } = await read(bytes.subarray(done), offset + done);
          if (bytesRead === 0) {
            break;
          }
          done += bytesRead;
        }
        if (done < length || !isSame(first, stats)) {
          throw new ZarrStoreError(
            "io",
            `${location} was replaced or changed while it was open: open it again`,
            {
              path: location,
            },
          );
        }
        return bytes;
      }),
  };
}

type Read = (bytes: Uint8Array, offset: number) => Promise<{ readonly bytesRead: number }>;

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}
