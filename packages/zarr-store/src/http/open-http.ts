// Opens what a URL names: a folder on a web server, or a zip file that is read in ranges.

import { ZarrStoreError } from "../errors.ts";
import type { ReadableStore } from "../store/key-value-store.ts";
import { joinKey, type StoreKey } from "../store/store-key.ts";
import { zarrRoot } from "../zip/zarr-root.ts";
import type { ZipSource } from "../zip/zip-source.ts";
import { openZip, type ZipStoreOptions } from "../zip/zip-store.ts";
import { HttpClient } from "./http-client.ts";
import { HttpStore, type HttpStoreOptions, httpStore } from "./http-store.ts";

/** Whether a URL names a zip file: its path ends with `.zip` or `.ozx`, without a slash behind. */
export function isZipUrl(url: string): boolean {
  return URL.canParse(url) && /\.(zip|ozx)$/i.test(new URL(url).pathname);
}

/**
 * Opens a folder on a web server, or a zip file there if the URL says so. Of a zip file only what is needed is read, by requests for
 * ranges: the server must answer these.
 *
 * @throws {ZarrStoreError} as `httpStore` and `openZip`; `not_found` if there is no such zip file
 */
export async function openHttp(
  url: string,
  options: HttpStoreOptions & Pick<ZipStoreOptions, "crc32"> = {},
): Promise<ReadableStore> {
  if (!isZipUrl(url)) {
    return httpStore(url, options);
  }
  const { crc32 } = options;
  return zarrRoot(await openZip(await httpSource(url, options), { crc32 }));
}

/** A file on a web server as a source of bytes. */
async function httpSource(url: string, options: HttpStoreOptions): Promise<ZipSource> {
  const { folder, key } = splitUrl(url);
  const store = new HttpStore(new HttpClient(folder, options), options);
  const location = `${store.location}/${key}`;
  const sizeBytes = await store.sizeOf(key);
  if (sizeBytes === undefined) {
    throw new ZarrStoreError("not_found", `there is no file ${location}`, { path: location });
  }
  return {
    location,
    sizeBytes,
    read: async (offset, length, readOptions) => {
      const bytes = await store.getRange(key, { offset, length }, readOptions);
      if (bytes === undefined) {
        throw new ZarrStoreError("io", `${location} is gone while it was read`, { path: location });
      }
      return bytes;
    },
  };
}

/** The URL of the folder, with the query, and the name of the file in it. */
function splitUrl(text: string): { readonly folder: URL; readonly key: StoreKey } {
  const url = new URL(text);
  const slash = url.pathname.lastIndexOf("/");
  const name = url.pathname.slice(slash + 1);
  url.pathname = url.pathname.slice(0, slash + 1);
  try {
    return { folder: url, key: joinKey(decodeURIComponent(name)) };
  } catch (cause) {
    throw new ZarrStoreError("invalid_name", `the URL names no plain file: ${JSON.stringify(name)}`, {
      cause,
    });
  }
}
