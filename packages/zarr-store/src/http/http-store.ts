import { isReservedPath } from "../commit/log/control-keys.ts";
import { ZarrStoreError } from "../errors.ts";
import { type Logger, SILENT_LOGGER } from "../runtime/logger.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import type { ByteRange, ReadableStore } from "../store/key-value-store.ts";
import { assertRange } from "../store/memory-store.ts";
import { parseStoreKey, type StoreKey } from "../store/store-key.ts";
import { UNPACKED_ON_THE_WAY } from "../store/unreadable.ts";
import { parseContentRange } from "./content-range.ts";
import { HttpClient, type HttpClientOptions } from "./http-client.ts";
import { HttpFault } from "./http-fault.ts";
import { readBody } from "./read-body.ts";

export interface HttpStoreOptions extends HttpClientOptions {
  /** A longer value is an error. Default 1 GiB. */
  readonly maxSizeBytes?: number | undefined;
}

/**
 * A folder behind a web server, for reading: nothing is listed, ever. A query in the URL (a signature) goes with every
 * request and into no message. Another server's or client's cache is asked to make sure of what it holds.
 *
 * 404 and 410 are absences. So is 403 for a file of the commit protocol, with a warning: a server that does not list
 * says so for files that are not there (S3). Everything else that goes wrong is `io`, with the status as `found` if
 * there is one: a redirect to another origin, a web page in place of a file, a body of another length than announced,
 * a range from a server that does not serve ranges. Status 408, 429 and 500 up, silence and broken connections are
 * first tried again.
 *
 * @throws {ZarrStoreError} `invalid_argument` for what is no http(s) URL, or has a password or a fragment
 *
 * @example
 * const store = httpStore("https://example.org/study.zarr", { headers: { authorization: "Bearer 1234" } });
 * const dataset = await openDataset(store, { mode: "r" });
 */
export function httpStore(url: string | URL, options: HttpStoreOptions = {}): ReadableStore {
  return new HttpStore(new HttpClient(url, options), options);
}

class HttpStore implements ReadableStore {
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

  async get(key: StoreKey, { signal }: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#client.request({
      key,
      headers: {},
      signal,
      read: (response, heard) => this.#readWhole(key, response, heard),
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

  async #readWhole(
    key: StoreKey,
    response: Response,
    heard: () => void,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (response.status !== 200) {
      return this.#absent(key, response);
    }
    this.#assertNoWebPage(key, response);
    const announced = announcedSize(response);
    if (announced !== undefined && announced > this.#maxSizeBytes) {
      throw this.#fault(key, `${announced} bytes, the limit is ${this.#maxSizeBytes}`, announced);
    }
    const bytes = await this.#body(key, response, heard, announced);
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
        throw this.#fault(key, "the server sends the whole where a range was asked for", 200);
      default:
        return this.#absent(key, response);
    }
  }

  /** A body of exactly the announced size, if one was announced. */
  async #body(
    key: StoreKey,
    response: Response,
    heard: () => void,
    sizeBytes: number | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const where = this.#client.where(key);
    const maxSizeBytes = sizeBytes ?? this.#maxSizeBytes;
    const bytes = await readBody(response, { maxSizeBytes, where, path: key, onPart: heard });
    if (sizeBytes !== undefined && bytes.length !== sizeBytes) {
      throw new HttpFault(`${bytes.length} bytes of ${sizeBytes} came`, { found: bytes.length });
    }
    return bytes;
  }

  /** Undefined where the answer means that there is no such file; everything else is thrown. */
  #absent(key: StoreKey, { status }: Response): undefined {
    if (status === 404 || status === 410) {
      return undefined;
    }
    if (status === 403 && isReservedPath(key)) {
      if (!this.#hasWarned) {
        this.#hasWarned = true;
        this.#logger.warn(
          `${this.#client.where(key)}: HTTP 403, taken as "not there"; if access is only missing, commits are not seen`,
        );
      }
      return undefined;
    }
    throw this.#fault(key, `HTTP ${status}`, status);
  }

  #assertNoWebPage(key: StoreKey, { headers }: Response): void {
    const type = headers.get("content-type") ?? "";
    if (/^(text\/html|application\/xhtml\+xml)\b/i.test(type) && !/\.x?html?$/i.test(key)) {
      throw this.#fault(key, `the server sends a web page (${type})`, type);
    }
  }

  /**
   * That a gzip file arrives as it is stored. Some servers (sirv, and with it Vite's) declare every `.gz` file as packed on
   * the way, and the client then unpacks it: its bytes are not those that were committed.
   */
  #assertStillPacked(key: StoreKey, { headers }: Response, bytes: Uint8Array): void {
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    if (key.endsWith(".gz") && headers.get("content-encoding") === UNPACKED_ON_THE_WAY && !isPacked) {
      const what =
        "the server sends this file with the header Content-Encoding: gzip, so that it arrives unpacked; .gz files must be sent without it";
      throw this.#fault(key, what, UNPACKED_ON_THE_WAY);
    }
  }

  /** That a 206 is of the bytes that were asked for, all of them. */
  #assertAnswered(key: StoreKey, range: ByteRange, { headers, type }: Response): void {
    const header = headers.get("content-range");
    const encoding = headers.get("content-encoding") ?? "identity";
    if (encoding !== "identity") {
      throw this.#fault(key, `the server sends a range of the value in ${encoding}`, encoding);
    }
    // A browser hides this header of another origin, unless the server exposes it.
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
        `bytes ${asked.first}-${asked.last} were asked for, ${header ?? "a range that is not named"} came`,
        header,
      );
    }
  }

  /** That the value ends before the range, as a 416 says; this is an error but for no bytes of an empty value. */
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

/** HTTP cannot ask for no bytes: for these, the one before, which is there if they are. */
function askedBytes({ offset, length }: ByteRange): { readonly first: number; readonly last: number } {
  const first = length === 0 ? Math.max(0, offset - 1) : offset;
  return { first, last: first + Math.max(1, length) - 1 };
}

/**
 * How long the body will be, if that is known. A browser hides the header Content-Encoding of another origin: there the
 * announced length may be that of the packed body, and the browser compares it itself.
 */
function announcedSize({ headers, type }: Response): number | undefined {
  const length = headers.get("content-length") ?? "";
  const isAsItIs = (headers.get("content-encoding") ?? "identity") === "identity" && type !== "cors";
  return isAsItIs && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
