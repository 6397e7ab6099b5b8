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
  /** Default: the runtime's own. */
  readonly fetch?: Fetch | undefined;
  /** Sent with every request: a token, say. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether a browser sends cookies along. Default: as `fetch` does. */
  readonly credentials?: "include" | "omit" | "same-origin" | undefined;
  /** How often a request is made again after a fault that may pass. Default 4. */
  readonly retries?: number | undefined;
  /** How long the server may send nothing before an attempt counts as failed. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** Whether a redirect to another origin is refused. Default true; if not, `headers` go there too. */
  readonly sameOrigin?: boolean | undefined;
  /** Clock, waiting and chance, for tests. */
  readonly runtime?: Pick<Runtime, "nowEpochMs" | "sleepMs" | "random"> | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

export interface HttpRequest<T> {
  readonly key: StoreKey;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  /** Takes what it wants of an answer that is no passing fault; calls `heard` for every part that arrives. */
  readonly read: (response: Response, heard: () => void) => Promise<T>;
}

/** Asks a web server for keys, again and again if that may help. */
export class HttpClient {
  /** The URL without its query, which may be a secret. */
  readonly location: string;
  readonly #options: HttpClientOptions;
  readonly #headers: Headers;
  readonly #fetch: Fetch;
  readonly #runtime: Pick<Runtime, "nowEpochMs" | "sleepMs" | "random">;
  readonly #urlOf: (key: StoreKey) => string;

  /** @throws {ZarrStoreError} `invalid_argument` for the URL, and for headers that are none */
  constructor(url: string | URL, options: HttpClientOptions) {
    const parsed = parseHttpUrl(url);
    this.location = parsed.root.slice(0, -1);
    this.#urlOf = (key): string => urlOfKey(parsed, key);
    this.#options = options;
    this.#headers = parseHeaders(options.headers ?? {});
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#runtime = options.runtime ?? portableRuntime();
  }

  /** What a key is called in messages. */
  where(key: StoreKey): string {
    return `${this.location}/${key}`;
  }

  /** @throws {ZarrStoreError} `invalid_name`, `aborted`, what `read` throws, `io` when the attempts are used up */
  async request<T>({ key, headers, signal, read }: HttpRequest<T>): Promise<T> {
    const url = this.#urlOf(key);
    for (let retry = 0; ; retry++) {
      throwIfAborted(signal);
      try {
        return await this.#attempt(url, { key, headers, signal, read });
      } catch (error) {
        throwIfAborted(signal);
        if (isZarrStoreError(error)) {
          throw error;
        }
        await this.#pause(key, faultOf(error), retry, signal);
      }
    }
  }

  async #attempt<T>(url: string, { key, headers, signal, read }: HttpRequest<T>): Promise<T> {
    const { credentials, sameOrigin = true, timeoutMs = 30_000 } = this.#options;
    return withSilenceLimit(timeoutMs, signal, async (attemptSignal, heard) => {
      const allHeaders = new Headers(this.#headers);
      for (const [name, value] of Object.entries(headers)) {
        allHeaders.set(name, value);
      }
      const init: RequestInit = {
        headers: allHeaders,
        signal: attemptSignal,
        // A commit replaces what a cache may hold: it has to ask whether that is still so.
        cache: "no-cache",
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

  /** Waits for the next attempt, if there is one. */
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
      const asked = delayMs === undefined ? `, to be asked again in ${retryAfterMs} ms` : "";
      throw new ZarrStoreError(
        "io",
        `cannot read ${this.where(key)}: ${fault.message}${asked}, after ${retry + 1} attempts`,
        { path: key, found: fault.found, cause: fault },
      );
    }
    logger.debug(`${this.where(key)}: ${fault.message}, again in ${Math.round(delayMs)} ms`);
    await this.#runtime.sleepMs(delayMs, signal);
  }
}

function parseHeaders(given: Readonly<Record<string, string>>): Headers {
  try {
    const headers = new Headers(given);
    // A body that nothing unpacks on the way has the announced length. Browsers decide this for themselves.
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

/** Whatever an attempt ends with that no part of this package says is a fault of the connection. */
function faultOf(error: unknown): HttpFault {
  if (error instanceof HttpFault) {
    return error;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const found = typeof code === "string" ? code : "network error";
  // Some runtimes put the whole URL, with its query, into their message.
  return new HttpFault(found, { found, cause: error });
}
