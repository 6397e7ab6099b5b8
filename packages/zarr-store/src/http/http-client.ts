// Requests the files of a store from a web server and retries after faults that may pass.

import { isZarrStoreError, ZarrStoreError } from "../errors.ts";
import { type Logger, SILENT_LOGGER } from "../runtime/logger.ts";
import { portableRuntime, type Runtime } from "../runtime/runtime.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import type { StoreKey } from "../store/store-key.ts";
import { type Fetch, followRedirects } from "./follow-redirects.ts";
import { HttpFault } from "./http-fault.ts";
import { parseHttpUrl, urlOfKey } from "./http-url.ts";
import { decideRetryDelayMs, parseRetryAfterMs } from "./retry-delay.ts";
import { withSilenceLimit } from "./with-silence-limit.ts";

export interface HttpClientOptions {
  /** Default: the `fetch` of the runtime. */
  readonly fetch?: Fetch | undefined;
  /** Headers for every request, such as a token. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether a browser sends cookies. Default: as `fetch` does. */
  readonly credentials?: "include" | "omit" | "same-origin" | undefined;
  /** How often a request is retried after a fault that may pass. Default 4. */
  readonly retries?: number | undefined;
  /** How long the server may be silent before an attempt counts as failed. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** Whether a redirect to another origin is refused. Default true; if false, `headers` are sent there too. */
  readonly sameOrigin?: boolean | undefined;
  /** Clock, sleep and random numbers, for tests. */
  readonly runtime?: Pick<Runtime, "nowEpochMs" | "sleepMs" | "random"> | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

export interface HttpRequest<T> {
  readonly key: StoreKey;
  /** Default: GET. */
  readonly method?: "HEAD" | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  /** Reads a response that is not a passing fault. It calls `heard` for every part that arrives. */
  readonly read: (response: Response, heard: () => void) => Promise<T>;
}

/** Reads keys from a web server; retries if that may help. */
export class HttpClient {
  /** The URL without its query, which may be a secret. */
  readonly location: string;
  readonly #options: HttpClientOptions;
  readonly #headers: Headers;
  readonly #fetch: Fetch;
  readonly #runtime: Pick<Runtime, "nowEpochMs" | "sleepMs" | "random">;
  readonly #urlOf: (key: StoreKey) => string;

  /** @throws {ZarrStoreError} `invalid_argument` if the URL or a header is not valid. */
  constructor(url: string | URL, options: HttpClientOptions) {
    const parsed = parseHttpUrl(url);
    this.location = parsed.root.slice(0, -1);
    this.#urlOf = (key): string => urlOfKey(parsed, key);
    this.#options = options;
    this.#headers = parseHeaders(options.headers ?? {});
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#runtime = options.runtime ?? portableRuntime();
  }

  /** Names a key in messages: its URL without the query. */
  where(key: StoreKey): string {
    return `${this.location}/${key}`;
  }

  /**
   * Requests a key until `read` succeeds.
   *
   * @throws {ZarrStoreError} `invalid_name`, `aborted`, `io` after the last attempt; and whatever `read` throws.
   */
  async request<T>(request: HttpRequest<T>): Promise<T> {
    const { key, signal } = request;
    const url = this.#urlOf(key);
    for (let retry = 0; ; retry++) {
      throwIfAborted(signal);
      try {
        return await this.#attempt(url, request);
      } catch (error) {
        throwIfAborted(signal);
        if (isZarrStoreError(error)) {
          throw error;
        }
        await this.#pause(key, faultOf(error), retry, signal);
      }
    }
  }

  async #attempt<T>(url: string, { key, method, headers, signal, read }: HttpRequest<T>): Promise<T> {
    const { credentials, sameOrigin = true, timeoutMs = 30_000 } = this.#options;
    return withSilenceLimit(timeoutMs, signal, async (attemptSignal, heard) => {
      const allHeaders = new Headers(this.#headers);
      for (const [name, value] of Object.entries(headers)) {
        allHeaders.set(name, value);
      }
      const init: RequestInit = {
        headers: allHeaders,
        signal: attemptSignal,
        // A commit may replace a file that a cache still holds, so every cache must revalidate.
        cache: "no-cache",
        ...(method && { method }),
        ...(credentials === undefined ? {} : { credentials }),
      };
      const where = this.where(key);
      const response = await followRedirects(url, init, { fetch: this.#fetch, sameOrigin, where, path: key });
      heard();
      try {
        this.#assertNoPassingFault(response);
        return await read(response, heard);
      } finally {
        if (!response.bodyUsed) {
          await response.body?.cancel().catch(() => undefined);
        }
      }
    });
  }

  #assertNoPassingFault({ status, headers }: Response): void {
    if (status === 408 || status === 429 || status >= 500) {
      const retryAfterMs = parseRetryAfterMs(headers.get("retry-after"), this.#runtime.nowEpochMs());
      throw new HttpFault(`HTTP ${status}`, { found: status, retryAfterMs });
    }
  }

  /** Waits before the next attempt; throws after the last one. */
  async #pause(
    key: StoreKey,
    fault: HttpFault,
    retry: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { retries = 4, logger = SILENT_LOGGER } = this.#options;
    const { retryAfterMs } = fault;
    const delayMs = decideRetryDelayMs({ retry, retryAfterMs, random: this.#runtime.random() });
    if (retry >= retries || delayMs === undefined) {
      const asked = delayMs === undefined ? `, and asks to wait ${retryAfterMs} ms` : "";
      throw new ZarrStoreError(
        "io",
        `cannot read ${this.where(key)}: ${fault.message}${asked}, after ${retry + 1} attempts`,
        { path: key, found: fault.found, cause: fault },
      );
    }
    logger.debug(`${this.where(key)}: ${fault.message}, retrying in ${Math.round(delayMs)} ms`);
    await this.#runtime.sleepMs(delayMs, signal);
  }
}

function parseHeaders(given: Readonly<Record<string, string>>): Headers {
  try {
    const headers = new Headers(given);
    // A body that is not unpacked on the way has the announced length. Browsers ignore this header.
    if (!headers.has("accept-encoding")) {
      headers.set("accept-encoding", "identity");
    }
    return headers;
  } catch (cause) {
    throw new ZarrStoreError("invalid_argument", "the headers for a store on the web are not valid", {
      cause,
    });
  }
}

/** Turns an error of an attempt into a fault. An error that is not from this package is a fault of the connection. */
function faultOf(error: unknown): HttpFault {
  if (error instanceof HttpFault) {
    return error;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const found = typeof code === "string" ? code : "network error";
  // The error's own message is not repeated: some runtimes put the URL and its query, a secret, into it.
  return new HttpFault(found, { found, cause: error });
}
