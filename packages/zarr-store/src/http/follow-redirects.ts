// Follows redirects without sending headers or credentials to another server.

import { ZarrStoreError } from "../errors.ts";

/** The part of `fetch` that an HTTP store needs. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface FollowRedirectsOptions {
  readonly fetch: Fetch;
  readonly sameOrigin: boolean;
  /** The URL of the file, for messages. */
  readonly where: string;
  readonly path: string;
}

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches a URL and follows its redirects, at most five.
 *
 * With `sameOrigin`, each redirect is checked before it is followed, and nothing is sent to another origin: neither
 * headers nor credentials. A browser does not reveal the target of a redirect, so there every redirect is refused.
 *
 * @throws {ZarrStoreError} `io` for a redirect that is refused or leads nowhere; and whatever `fetch` throws.
 */
export async function followRedirects(
  url: string,
  init: RequestInit,
  { fetch, sameOrigin, where, path }: FollowRedirectsOptions,
): Promise<Response> {
  if (!sameOrigin) {
    return fetch(url, { ...init, redirect: "follow" });
  }
  const refuse = (why: string, found?: string): ZarrStoreError =>
    new ZarrStoreError("io", `cannot read ${where}: ${why}`, { path, expected: new URL(url).origin, found });
  let target = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(target, { ...init, redirect: "manual" });
    if (response.type === "opaqueredirect") {
      throw refuse(
        "the server redirects, and a browser does not say where to: open the address that it redirects to, or, in a program, pass sameOrigin: false",
      );
    }
    if (!REDIRECTS.has(response.status)) {
      return response;
    }
    await response.body?.cancel();
    const location = response.headers.get("location") ?? "";
    const next = URL.canParse(location, target) ? new URL(location, target) : undefined;
    if (location === "" || next === undefined) {
      throw refuse(`HTTP ${response.status}, a redirect without a target`);
    }
    if (next.origin !== new URL(url).origin) {
      throw refuse(
        `the server redirects to another origin, ${next.origin}: open the dataset there if you trust it; a program may pass sameOrigin: false`,
        next.origin,
      );
    }
    target = next.href;
  }
  throw refuse(`more than ${MAX_REDIRECTS} redirects`);
}
