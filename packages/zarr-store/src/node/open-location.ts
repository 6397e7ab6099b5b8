// Finds the store that a path or URL means, in Node.

import { stat } from "node:fs/promises";
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
 * Opens a folder, a zip file, or either on a web server; a store is returned as it is. A path of a file means a zip file, whatever
 * its name.
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
  const isZip = (await stat(location).catch(() => undefined))?.isFile() === true;
  return { store: isZip ? await zarrRoot(await openZipFile(location)) : localStore(location), isZip };
}
