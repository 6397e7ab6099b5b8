// Reads a dataset from any web server, as a read-only store over HTTP.

import { isReservedPath } from "../commit/records/control-keys.ts";
import { ZarrStoreError } from "../errors.ts";
import { type Logger, SILENT_LOGGER } from "../runtime/logger.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import type { ByteRange, GetOptions, ReadableStore } from "../store/key-value-store.ts";
import { assertRange } from "../store/memory-store.ts";
import { parseStoreKey, type StoreKey } from "../store/store-key.ts";
import { TOO_LARGE, UNPACKED_ON_THE_WAY } from "../store/unreadable.ts";
import { parseContentRange } from "./content-range.ts";
import { HttpClient, type HttpClientOptions } from "./http-client.ts";
import { HttpFault } from "./http-fault.ts";
import { readBody } from "./read-body.ts";

export interface HttpStoreOptions extends HttpClientOptions {
  /** The largest value that is read. Default 1 GiB. */
  readonly maxSizeBytes?: number | undefined;
}

/** How much longer than the log says a value may be before it is refused unread: what other programs add to a file. */
const SURPLUS_BYTES = 16 * 2 ** 20;

/** What to do about a server of a single-page app, which answers 200 with its front page where there is no file. */
const FALLBACK_HINT =
  ' where there should be a file or 404; a server of a single-page app must be told not to fall back to its front page (Vite: appType: "mpa")';

/**
 * Opens a folder on a web server for reading. The store never lists files, so any server will do.
 *
 * A query in the URL, such as a signature, is sent with every request and never appears in a message. Caches on the way
 * are told to revalidate what they hold.
 *
 * | answer | result |
 * |---|---|
 * | 404, 410 | the file is absent |
 * | 403 for a file of the commit protocol | the file is absent, with a warning: S3 without the right to list answers so |
 * | 408, 429, 500 and above, silence, a broken connection | retried, then `io` |
 * | a redirect to another origin | `io` |
 * | a web page in place of a file, as the fallback of a single-page app | `io`, with the setting to change |
 * | a body shorter than announced | retried, then `io` |
 * | a body longer than announced, or than `maxSizeBytes` | `io` |
 * | a body that is more than 16 MiB longer than the log says | `io`, before more is read |
 * | the whole file in place of a range | `io` |
 * | any other status | `io` |
 *
 * An `io` error has the status, if there is one, as `found`.
 *
 * @throws {ZarrStoreError} `invalid_argument` if the URL is not http(s), or has a user, a password or a fragment.
 *
 * @example
 * const store = httpStore("https://example.org/study.zarr", { headers: { authorization: "Bearer 1234" } });
 * const dataset = await openDataset(store, { mode: "r" });
 */
export function httpStore(url: string | URL, options: HttpStoreOptions = {}): ReadableStore {
  return new HttpStore(new HttpClient(url, options), options);
}

/** The store of {@link httpStore}, which can also say how long a file is. */
export class HttpStore implements ReadableStore {
  readonly location: string;
  readonly #client: HttpClient;
  readonly #maxSizeBytes: number;
  readonly #logger: Logger;
  #hasWarned = false;

  constructor(client: HttpClient, { maxSizeBytes = 1 << 30, logger = SILENT_LOGGER }: HttpStoreOptions) {
    this.location = client.location;
    this.#client = client;
    this.#maxSizeBytes = maxSizeBytes;
    this.#logger = logger;
  }

  async get(
    key: StoreKey,
    { signal, expectedBytes }: GetOptions = {},
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    // Another program may have made a file longer, but not by this much.
    const maxSizeBytes = Math.min(this.#maxSizeBytes, (expectedBytes ?? this.#maxSizeBytes) + SURPLUS_BYTES);
    return this.#client.request({
      key,
      headers: {},
      signal,
      read: (response, heard) => this.#readWhole(key, response, heard, maxSizeBytes),
    });
  }

  async getRange(
    key: StoreKey,
    range: ByteRange,
    { signal }: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    assertRange(parseStoreKey(key), range, Number.MAX_SAFE_INTEGER);
    if (range.length > this.#maxSizeBytes) {
      throw new ZarrStoreError(
        "invalid_argument",
        `${key}: a range of ${range.length} bytes, the limit is ${this.#maxSizeBytes}`,
        { path: key, expected: this.#maxSizeBytes, found: range.length },
      );
    }
    const { first, last } = askedBytes(range);
    return this.#client.request({
      key,
      headers: { range: `bytes=${first}-${last}` },
      signal,
      read: (response, heard) => this.#readRange(key, range, response, heard),
    });
  }

  /**
   * Asks how long a file is; undefined if it does not exist. One byte is asked for. Where a browser hides how long the whole is,
   * because the file is on another origin, its headers are asked for as well.
   */
  async sizeOf(key: StoreKey, { signal }: ReadOptions = {}): Promise<number | undefined> {
    const size = await this.#client.request({
      key,
      headers: { range: "bytes=0-0" },
      signal,
      read: async (response) => this.#sizeOfWhole(key, response),
    });
    return size !== "hidden"
      ? size
      : this.#client.request({
          key,
          method: "HEAD",
          headers: {},
          signal,
          read: async (response) => this.#sizeInHeaders(key, response),
        });
  }

  #sizeOfWhole(key: StoreKey, response: Response): number | "hidden" | undefined {
    const { status, headers, type } = response;
    switch (status) {
      case 206:
      case 416: {
        const header = headers.get("content-range");
        const sizeBytes = parseContentRange(header)?.sizeBytes;
        if (sizeBytes === undefined && !(header === null && type === "cors")) {
          throw this.#fault(key, "the server does not say how long the file is", header);
        }
        return sizeBytes ?? "hidden";
      }
      case 200:
        this.#assertNoWebPage(key, response);
        throw this.#fault(key, "the server sends the whole file where a range was asked for", 200);
      default:
        return this.#absent(key, response);
    }
  }

  #sizeInHeaders(key: StoreKey, response: Response): number | undefined {
    if (response.status !== 200) {
      return this.#absent(key, response);
    }
    const length = response.headers.get("content-length") ?? "";
    if (!/^\d{1,15}$/.test(length)) {
      throw this.#fault(key, "the server does not say how long the file is", length);
    }
    return Number(length);
  }

  async #readWhole(
    key: StoreKey,
    response: Response,
    heard: () => void,
    maxSizeBytes: number,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (response.status !== 200) {
      return this.#absent(key, response);
    }
    this.#assertNoWebPage(key, response);
    const announced = announcedSize(response);
    if (announced !== undefined && announced > maxSizeBytes) {
      const found = maxSizeBytes < this.#maxSizeBytes ? TOO_LARGE : announced;
      throw this.#fault(key, `${announced} bytes, the limit is ${maxSizeBytes}`, found);
    }
    const bytes = await this.#body(key, response, heard, announced, maxSizeBytes);
    this.#assertStillPacked(key, response, bytes);
    return bytes;
  }

  async #readRange(
    key: StoreKey,
    range: ByteRange,
    response: Response,
    heard: () => void,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    switch (response.status) {
      case 206: {
        const { first, last } = askedBytes(range);
        this.#assertAnswered(key, range, response);
        const bytes = await this.#body(key, response, heard, last - first + 1);
        return range.length === 0 ? new Uint8Array() : bytes;
      }
      case 416:
        this.#assertBeyond(key, range, response);
        return new Uint8Array();
      case 200:
        throw this.#fault(key, "the server sends the whole file where a range was asked for", 200);
      default:
        return this.#absent(key, response);
    }
  }

  /** Reads a body, which must have the announced size if there is one. */
  async #body(
    key: StoreKey,
    response: Response,
    heard: () => void,
    sizeBytes: number | undefined,
    limitBytes: number = this.#maxSizeBytes,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const where = this.#client.where(key);
    const maxSizeBytes = sizeBytes ?? limitBytes;
    const bytes = await readBody(response, { maxSizeBytes, where, path: key, onPart: heard });
    if (sizeBytes !== undefined && bytes.length !== sizeBytes) {
      throw new HttpFault(`only ${bytes.length} of ${sizeBytes} bytes arrived`, { found: bytes.length });
    }
    return bytes;
  }

  /** Returns undefined if the answer means that the file is absent; throws for any other answer. */
  #absent(key: StoreKey, { status }: Response): undefined {
    if (status === 404 || status === 410) {
      return undefined;
    }
    if (status === 403 && isReservedPath(key)) {
      if (!this.#hasWarned) {
        this.#hasWarned = true;
        this.#logger.warn(
          `${this.#client.where(key)}: HTTP 403, read as "no such file"; if you lack access instead, commits are missed`,
        );
      }
      return undefined;
    }
    throw this.#fault(key, `HTTP ${status}`, status);
  }

  #assertNoWebPage(key: StoreKey, { headers }: Response): void {
    const type = headers.get("content-type") ?? "";
    if (/^(text\/html|application\/xhtml\+xml)\b/i.test(type) && !/\.x?html?$/i.test(key)) {
      throw this.#fault(key, `the server sends a web page (${type})${FALLBACK_HINT}`, type);
    }
  }

  /**
   * Checks that a gzip file arrives unchanged. Some servers (sirv, which Vite uses) send every `.gz` file with a header
   * that makes the client unpack it. The bytes are then not the committed ones.
   */
  #assertStillPacked(key: StoreKey, { headers }: Response, bytes: Uint8Array): void {
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    if (key.endsWith(".gz") && headers.get("content-encoding") === UNPACKED_ON_THE_WAY && !isPacked) {
      const what =
        "the server sends this file with the header Content-Encoding: gzip, so it arrives unpacked; .gz files must be sent without it";
      throw this.#fault(key, what, UNPACKED_ON_THE_WAY);
    }
  }

  /** Checks that a 206 holds all the bytes that were asked for. */
  #assertAnswered(key: StoreKey, range: ByteRange, { headers, type }: Response): void {
    const header = headers.get("content-range");
    const encoding = headers.get("content-encoding") ?? "identity";
    if (encoding !== "identity") {
      throw this.#fault(key, `the server sends a range of the value in ${encoding}`, encoding);
    }
    // A browser hides this header if the file is on another origin, unless the server exposes it.
    if (header === null && type === "cors") {
      return;
    }
    const asked = askedBytes(range);
    const { bytes, sizeBytes } = parseContentRange(header) ?? {};
    if (bytes?.first === asked.first && bytes.last < asked.last && sizeBytes === bytes.last + 1) {
      assertRange(key, range, sizeBytes);
    }
    if (bytes?.first !== asked.first || bytes.last !== asked.last) {
      throw this.#fault(
        key,
        `bytes ${asked.first}-${asked.last} were asked for, the server sent ${header ?? "a range without saying which"}`,
        header,
      );
    }
  }

  /** Checks a 416: the value ends before the range. That is an error, except for an empty range of an empty value. */
  #assertBeyond(key: StoreKey, range: ByteRange, { headers }: Response): void {
    const { first } = askedBytes(range);
    const sizeBytes = parseContentRange(headers.get("content-range"))?.sizeBytes ?? first;
    if (sizeBytes > first) {
      throw this.#fault(key, `the server refuses bytes from ${first} of ${sizeBytes}`, 416);
    }
    assertRange(key, range, sizeBytes);
  }

  #fault(key: StoreKey, what: string, found: unknown): ZarrStoreError {
    return new ZarrStoreError("io", `cannot read ${this.#client.where(key)}: ${what}`, { path: key, found });
  }
}

/**
 * Returns the bytes to request for a range. A `Range` header cannot describe zero bytes, so for an empty range it is the
 * byte before: if that exists, the empty range is valid.
 */
function askedBytes({ offset, length }: ByteRange): { readonly first: number; readonly last: number } {
  const first = length === 0 ? Math.max(0, offset - 1) : offset;
  return { first, last: first + Math.max(1, length) - 1 };
}

/**
 * Returns the announced size of the body; undefined if it is not known.
 *
 * If the file is on another origin, a browser hides the header Content-Encoding. The announced length may then be that of
 * the packed body, and the browser checks it.
 */
function announcedSize({ headers, type }: Response): number | undefined {
  const length = headers.get("content-length") ?? "";
  const isAsItIs = (headers.get("content-encoding") ?? "identity") === "identity" && type !== "cors";
  return isAsItIs && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
