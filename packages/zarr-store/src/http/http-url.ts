import { ZarrStoreError } from "../errors.ts";
import { parseStoreKey, type StoreKey } from "../store/store-key.ts";

/** Where a store is on the web: keys go between `root`, which ends in `/`, and `query`. */
export interface HttpUrl {
  readonly root: string;
  /** With its `?`, or empty: a signature, and so a secret. */
  readonly query: string;
}

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** @throws {ZarrStoreError} `invalid_argument` for what is no http(s) URL, and for one with a user, a password or a `#` */
export function parseHttpUrl(text: string | URL): HttpUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text may hold a password: no message repeats it.
  if (url === undefined || !isHttpUrl(url.href)) {
    throw new ZarrStoreError("invalid_argument", "a store on the web has an absolute http or https URL", {
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
 * The URL of a key: below the root whatever the key is, with the root's query.
 *
 * @throws {ZarrStoreError} `invalid_name`
 */
export function urlOfKey({ root, query }: HttpUrl, key: StoreKey): string {
  const path = parseStoreKey(key).split("/").map(encodeURIComponent).join("/");
  const url = root + path + query;
  if (new URL(url).href !== url) {
    throw new ZarrStoreError(
      "invalid_name",
      `store key ${JSON.stringify(key)}: is not what it seems in a URL`,
      {
        path: key,
      },
    );
  }
  return url;
}
