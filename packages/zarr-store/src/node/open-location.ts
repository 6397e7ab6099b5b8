// Finds the store that a path or URL means, in Node.

import { open, stat } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { ZarrStoreError } from "../errors.ts";
import type { HttpStoreOptions } from "../http/http-store.ts";
import { isHttpUrl } from "../http/http-url.ts";
import { isZipUrl, openHttp } from "../http/open-http.ts";
import type { ReadableStore } from "../store/key-value-store.ts";
import { zarrRoot } from "../zip/zarr-root.ts";
import { localStore } from "./local/local-store.ts";
import { openZipFile } from "./zip/open-zip-file.ts";

/** A store that was found. */
export interface OpenedLocation {
  readonly store: ReadableStore;
  /** Whether it is a zip file, which can only be read. */
  readonly isZip: boolean;
}

/**
 * Opens a folder, a zip file, or either on a web server; a store is returned as it is.
 *
 * @throws {ZarrStoreError} `not_supported` for a text that is neither a path nor an http(s) URL; as `openZip` for a zip file
 */
export async function openLocation(
  location: string | ReadableStore,
  options: HttpStoreOptions = {},
): Promise<OpenedLocation> {
  if (typeof location !== "string") {
    return { store: location, isZip: false };
  }
  if (isHttpUrl(location)) {
    return { store: await openHttp(location, { ...options, crc32 }), isZip: isZipUrl(location) };
  }
  if (location === "" || /^[a-z][a-z0-9+.-]+:\/\//i.test(location)) {
    throw new ZarrStoreError(
      "not_supported",
      `${JSON.stringify(location)} is neither a folder nor an http(s) URL`,
      {
        found: location,
      },
    );
  }
  const isZip = await isZipLocation(location);
  return { store: isZip ? await zarrRoot(await openZipFile(location)) : localStore(location), isZip };
}

/**
 * Whether a path or URL means a zip file: a file that ends with `.zip` or `.ozx`, or begins as a zip file does. It may still be
 * damaged.
 */
export async function isZipLocation(location: string): Promise<boolean> {
  if (isHttpUrl(location)) {
    return isZipUrl(location);
  }
  const stats = await stat(location).catch(() => undefined);
  return stats?.isFile() === true && (ZIP_NAME.test(location) || (await beginsAsZip(location)));
}

const ZIP_NAME = /\.(zip|ozx)$/i;
/** How the first header of a file begins, and the end of one without entries. */
const ZIP_BEGINS: readonly string[] = ["PK\u0003\u0004", "PK\u0005\u0006"];

async function beginsAsZip(path: string): Promise<boolean> {
  try {
    const file = await open(path, "r");
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return bytesRead === 4 && ZIP_BEGINS.includes(buffer.toString("latin1"));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
