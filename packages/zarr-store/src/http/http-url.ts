// The URL of a store on the web, and the URLs of its keys.

import { ZarrStoreError } from "../errors.ts";
import { parseStoreKey, type StoreKey } from "../store/store-key.ts";

/** The URL of a store, in two parts. A key goes between `root`, which ends in `/`, and `query`. */
export interface HttpUrl {
  readonly root: string;
  /** Begins with `?`, or is empty. It may be a signature, so it is a secret. */
  readonly query: string;
}

/** True for text that begins with `http://` or `https://`. */
export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/**
 * Parses the URL of a store.
 *
 * @throws {ZarrStoreError} `invalid_argument` if it is not an http(s) URL, or has a user, a password or a fragment.
 */
export function parseHttpUrl(text: string | URL): HttpUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text may hold a password, so no message repeats it.
  if (url === undefined || !isHttpUrl(url.href)) {
    throw new ZarrStoreError("invalid_argument", "a store on the web needs an absolute http or https URL", {
      found: url?.protocol,
    });
  }
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    throw new ZarrStoreError(
      "invalid_argument",
      `the URL of a store at ${url.origin} has a user, a password or a fragment: pass credentials as headers`,
      { found: url.origin },
    );
  }
  const path = url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`;
  return { root: url.origin + path, query: url.search };
}

/**
 * Returns the URL of a key, which is always below the root, with the root's query.
 *
 * @throws {ZarrStoreError} `invalid_name` if a URL parser would change the path.
 */
export function urlOfKey({ root, query }: HttpUrl, key: StoreKey): string {
  const path = parseStoreKey(key).split("/").map(encodeURIComponent).join("/");
  const url = root + path + query;
  if (new URL(url).href !== url) {
    throw new ZarrStoreError("invalid_name", `store key ${JSON.stringify(key)}: a URL would change it`, {
      path: key,
    });
  }
  return url;
}
