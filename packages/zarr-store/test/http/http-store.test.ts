import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HttpStoreOptions, httpStore } from "../../src/http/http-store.ts";
import { portableRuntime } from "../../src/runtime/runtime.ts";
import type { ReadableStore } from "../../src/store/key-value-store.ts";
import { joinKey, type StoreKey } from "../../src/store/store-key.ts";
import { HOSTILE_KEYS } from "../../src/testing/hostile-keys.ts";
import { collectLog } from "../support/test-runtime.ts";
import { type Answer, firstly, says, type WebServer, webServer } from "./web-server.ts";

const VALUE = "0123456789";
const KEY = joinKey("images/x/data/c/0/0");
const NOW = Date.parse("2026-01-31T12:00:00Z");

let folder: string;
let web: WebServer;
let delays: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-http-"));
  web = await webServer(folder);
  delays = [];
  await file(KEY);
});

afterEach(async () => {
  await web[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function file(key: StoreKey): Promise<StoreKey> {
  await mkdir(dirname(join(folder, key)), { recursive: true });
  await writeFile(join(folder, key), VALUE);
  return key;
}

/** Waits for nobody: how long it would have waited is in `delays`. */
function store(options: HttpStoreOptions = {}): ReadableStore {
  const sleepMs = async (milliseconds: number): Promise<void> => {
    delays.push(milliseconds);
  };
  return httpStore(web.origin, {
    runtime: { nowEpochMs: () => NOW, sleepMs, random: () => 0.5 },
    ...options,
  });
}

const utf8 = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);
const io = (found: unknown, path: string = KEY): object => ({ code: "io", details: { path, found } });
const MIDDLE = { offset: 2, length: 3 };

/** A fetch that gives one made-up answer to everything, and keeps what it was asked. */
function fetchThatAnswers(answer: () => Response): {
  fetch: NonNullable<HttpStoreOptions["fetch"]>;
  asked: Request[];
} {
  const asked: Request[] = [];
  return {
    asked,
    fetch: async (url, init) => {
      asked.push(new Request(url, init));
      return answer();
    },
  };
}

/** An answer as a browser gives it: of a type that only browsers have, or to another origin. */
function browserResponse(type: ResponseType, body: string | null, init: ResponseInit): Response {
  return Object.defineProperty(new Response(body, init), "type", { value: type });
}

const resets: Answer = (_request, response) => response.destroy();
const breaksOff: Answer = (_request, response) => {
  response.writeHead(200, { "content-length": VALUE.length });
  response.write(VALUE.slice(0, 3), () => response.destroy());
};

describe("a fault that passes is tried again", () => {
  it.each<readonly [string, number, Answer, unknown]>([
    ["500", 2, says(500), 500],
    ["502 with a web page", 1, says(502, { "content-type": "text/html" }, "<h1>Bad Gateway</h1>"), 502],
    ["503", 4, says(503), 503],
    ["429", 1, says(429), 429],
    ["408", 1, says(408), 408],
    ["a connection that is reset", 2, resets, "UND_ERR_SOCKET"],
    ["a body that breaks off", 2, breaksOff, "UND_ERR_SOCKET"],
  ])("%s", async (_what, times, answer, found) => {
    web.answer = firstly(times, answer);
    expect(utf8(await store().get(KEY))).toBe(VALUE);
    expect(web.requests.length).toBe(times + 1);
    expect(delays).toEqual([125, 250, 500, 1000].slice(0, times));

    web.answer = answer;
    await expect(store({ retries: 1 }).get(KEY)).rejects.toMatchObject(io(found));
    expect(web.requests.length).toBe(times + 1 + 2);
  });

  it("in a range too", async () => {
    web.answer = firstly(1, says(500));
    expect(utf8(await store().getRange(KEY, MIDDLE))).toBe("234");
    expect(web.requests).toEqual([`/${KEY} bytes=2-4`, `/${KEY} bytes=2-4`]);
  });

  it("four times, then it is io with the last status and the number of attempts", async () => {
    web.answer = says(503);
    await expect(store().get(KEY)).rejects.toMatchObject(io(503));
    await expect(store().get(KEY)).rejects.toThrowError(
      /images\/x\/data\/c\/0\/0: HTTP 503, after 5 attempts/,
    );
    expect(delays).toEqual([125, 250, 500, 1000, 125, 250, 500, 1000]);
  });

  it("not before the time that the server asks for, in seconds or as a date", async () => {
    web.answer = firstly(1, says(429, { "retry-after": "7" }));
    await store().get(KEY);
    web.answer = firstly(1, says(503, { "retry-after": new Date(NOW + 9000).toUTCString() }));
    await store().get(KEY);
    expect(delays).toEqual([7125, 9125]);
  });

  it("not at all if the server asks for more than a minute", async () => {
    web.answer = says(503, { "retry-after": "3600" });
    await expect(store().get(KEY)).rejects.toThrowError(/HTTP 503, and asks to wait 3600000 ms/);
    expect(web.requests.length).toBe(1);
  });

  it("but none that does not pass, and no mistake of the caller", async () => {
    for (const status of [400, 401, 403, 418, 451]) {
      web.answer = says(status);
      await expect(store().get(KEY)).rejects.toMatchObject(io(status));
      await expect(store().getRange(KEY, MIDDLE)).rejects.toMatchObject(io(status));
    }
    web.answer = says(204);
    await expect(store().get(KEY)).rejects.toMatchObject(io(204));
    expect(delays).toEqual([]);
  });

  it("and a server that is not there is io", async () => {
    const { origin } = web;
    await web[Symbol.asyncDispose]();
    await expect(store().get(KEY)).rejects.toMatchObject(io("ECONNREFUSED"));
    expect(delays.length).toBe(4);
    expect(origin).toBe(web.origin);
  });
});

describe("what is not there", () => {
  it.each([404, 410])("is undefined for %i, whatever the page says", async (status) => {
    web.answer = says(status, { "content-type": "text/html" }, "<h1>Not here</h1>".repeat(10_000));
    expect(await store().get(KEY)).toBeUndefined();
    expect(await store().getRange(KEY, MIDDLE)).toBeUndefined();
  });

  it("may be forbidden for a file of the commit protocol: undefined, and one warning", async () => {
    web.answer = says(403);
    const logger = collectLog();
    const forbidden = store({ logger });
    expect(await forbidden.get(joinKey("__commits/checkpoint.json.gz"))).toBeUndefined();
    expect(await forbidden.get(joinKey("__commits/00000000000000000001.json"))).toBeUndefined();
    expect(logger.warnings.length).toBe(1);
    expect(logger.warnings[0]).toContain("__commits/checkpoint.json.gz: HTTP 403");
  });

  it("is an error where anything else is forbidden", async () => {
    web.answer = says(403);
    const logger = collectLog();
    await expect(store({ logger }).get(KEY)).rejects.toMatchObject(io(403));
    expect(logger.warnings).toEqual([]);
  });
});

describe("a range", () => {
  it("is refused from a server that sends the whole, which is not read to its end", async () => {
    const big = new Uint8Array(64 << 20);
    let closed: Promise<unknown> | undefined;
    web.answer = (_request, response) => {
      closed = once(response, "close").then(() => response.writableFinished);
      response.writeHead(200, { "content-length": big.length });
      response.end(big);
    };
    await expect(store().getRange(KEY, MIDDLE)).rejects.toMatchObject(io(200));
    expect(await closed).toBe(false);
    expect(web.requests.length).toBe(1);
  });

  it("is refused even where the whole is what was asked for", async () => {
    web.answer = says(200, {}, VALUE);
    await expect(store().getRange(KEY, { offset: 0, length: 10 })).rejects.toMatchObject(io(200));
  });

  it.each([
    ["none", undefined],
    ["another beginning", "bytes 3-5/10"],
    ["fewer bytes, with more to come", "bytes 2-3/10"],
    ["fewer bytes, of nobody knows how many", "bytes 2-3/*"],
    ["more bytes", "bytes 2-5/10"],
    ["another unit", "items 2-4/10"],
    ["a contradiction", "bytes 2-4/3"],
    ["no range", "bytes */10"],
    ["nonsense", "2-4"],
  ])("is refused with a Content-Range of %s", async (_what, header) => {
    web.answer = says(206, header === undefined ? {} : { "content-range": header }, "234");
    await expect(store().getRange(KEY, MIDDLE)).rejects.toMatchObject(io(header ?? null));
    expect(delays).toEqual([]);
  });

  it("is taken where the server does not know how many bytes there are", async () => {
    web.answer = says(206, { "content-range": "bytes 2-4/*" }, "234");
    expect(utf8(await store().getRange(KEY, MIDDLE))).toBe("234");
  });

  it("is tried again if it is shorter than it says, and refused if it is longer", async () => {
    const range = { "content-range": "bytes 2-4/10" };
    web.answer = firstly(1, says(206, range, "23"));
    expect(utf8(await store().getRange(KEY, MIDDLE))).toBe("234");
    web.answer = says(206, range, "23");
    await expect(store().getRange(KEY, MIDDLE)).rejects.toMatchObject(io(2));
    web.answer = says(206, range, VALUE);
    await expect(store().getRange(KEY, MIDDLE)).rejects.toMatchObject({ code: "io" });
  });

  it("is refused where it is one of packed bytes", async () => {
    const headers = { "content-range": "bytes 2-4/10", "content-encoding": "gzip" };
    const { fetch } = fetchThatAnswers(() => new Response("234", { status: 206, headers }));
    await expect(store({ fetch }).getRange(KEY, MIDDLE)).rejects.toMatchObject(io("gzip"));
  });

  it("that the value does not have is the caller's mistake, whether the server says how many it has or not", async () => {
    const beyond = { offset: 8, length: 3 };
    await expect(store().getRange(KEY, beyond)).rejects.toMatchObject({
      code: "invalid_argument",
      details: { path: KEY, expected: 10, found: 11 },
    });
    web.answer = says(416);
    await expect(store().getRange(KEY, beyond)).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it("that the server refuses though it has it is io", async () => {
    web.answer = says(416, { "content-range": "bytes */10" });
    await expect(store().getRange(KEY, MIDDLE)).rejects.toMatchObject(io(416));
  });

  it("of nothing asks for the byte before, and is nothing in an empty value", async () => {
    await writeFile(join(folder, "empty"), "");
    expect(await store().getRange(joinKey("empty"), { offset: 0, length: 0 })).toEqual(new Uint8Array());
    expect(await store().getRange(KEY, { offset: 4, length: 0 })).toEqual(new Uint8Array());
    expect(web.requests).toEqual(["/empty bytes=0-0", `/${KEY} bytes=3-3`]);
  });
});

describe("a body", () => {
  it("that is not announced is read to its end", async () => {
    web.answer = (_request, response) => {
      response.write(VALUE.slice(0, 4));
      response.end(VALUE.slice(4));
    };
    expect(utf8(await store().get(KEY))).toBe(VALUE);
  });

  it.each([
    ["longer", "3"],
    ["shorter", "11"],
  ])("that is not of the announced length, but %s, is io", async (_what, length) => {
    const { fetch, asked } = fetchThatAnswers(
      () => new Response(VALUE, { headers: { "content-length": length } }),
    );
    await expect(store({ fetch, retries: 2 }).get(KEY)).rejects.toMatchObject({ code: "io" });
    expect(asked.length).toBe(length === "3" ? 1 : 3);
  });

  it("that the client unpacked, or a browser may have, is not compared with the announced length", async () => {
    const headers = { "content-length": "3" };
    const unpacked = (): Response =>
      new Response(VALUE, { headers: { ...headers, "content-encoding": "gzip" } });
    expect(utf8(await store({ fetch: fetchThatAnswers(unpacked).fetch }).get(KEY))).toBe(VALUE);
    const hidden = (): Response => browserResponse("cors", VALUE, { headers });
    expect(utf8(await store({ fetch: fetchThatAnswers(hidden).fetch }).get(KEY))).toBe(VALUE);
  });

  it.each([200, 302, 401, 404, 500])("that nobody wants is cancelled (HTTP %i)", async (status) => {
    let cancelled = 0;
    const { fetch, asked } = fetchThatAnswers(() => {
      const body = new ReadableStream({
        cancel: () => {
          cancelled++;
        },
      });
      return new Response(body, { status, headers: { location: "/" } });
    });
    await store({ fetch })
      .getRange(KEY, MIDDLE)
      .catch(() => undefined);
    expect(cancelled).toBe(asked.length);
    expect(cancelled).toBeGreaterThan(0);
  });

  it("is never read beyond the limit, announced or not", async () => {
    await expect(store({ maxSizeBytes: 9 }).get(KEY)).rejects.toMatchObject(io(10));
    expect(utf8(await store({ maxSizeBytes: 10 }).get(KEY))).toBe(VALUE);
    let parts = 0;
    let isCancelled = false;
    const endless = (): Response =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(1 << 16).fill(parts++)),
          cancel: () => {
            isCancelled = true;
          },
        }),
      );
    const { fetch } = fetchThatAnswers(endless);
    await expect(store({ fetch, maxSizeBytes: 1 << 18 }).get(KEY)).rejects.toThrowError(
      /more than 262144 bytes/,
    );
    expect(isCancelled).toBe(true);
    expect(parts).toBeLessThan(10);
    await expect(store({ maxSizeBytes: 9 }).getRange(KEY, { offset: 0, length: 10 })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  it.each(["text/html", "text/html; charset=utf-8", "TEXT/HTML", "application/xhtml+xml"])(
    "that is a web page (%s) in place of a file is io, and not tried again",
    async (type) => {
      web.answer = says(200, { "content-type": type }, "<h1>Log in</h1>");
      await expect(store().get(joinKey("zarr.json"))).rejects.toMatchObject(io(type, "zarr.json"));
      await expect(store().get(KEY)).rejects.toThrowError(/sends a web page/);
      expect(delays).toEqual([]);
    },
  );

  it("may be a web page where one is kept", async () => {
    const page = await file(joinKey("images/x/attachments/report.html"));
    web.answer = says(200, { "content-type": "text/html" }, VALUE);
    expect(utf8(await store().get(page))).toBe(VALUE);
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])("%i within the origin is followed, with the range", async (status) => {
    web.answer = firstly(1, says(status, { location: "elsewhere/deep" }));
    await file(joinKey("images/x/data/c/0/elsewhere/deep"));
    expect(utf8(await store().getRange(KEY, MIDDLE))).toBe("234");
    expect(web.requests[1]).toBe("/images/x/data/c/0/elsewhere/deep bytes=2-4");
  });

  it("to another origin is refused before anything is sent there, and followed if that is asked for", async () => {
    await using other = await webServer(folder);
    web.answer = says(302, { location: `${other.origin}/${KEY}` });
    await expect(store().get(KEY)).rejects.toMatchObject(io(other.origin));
    await expect(store().getRange(KEY, MIDDLE)).rejects.toMatchObject(io(other.origin));
    expect(other.requests).toEqual([]);
    expect(delays).toEqual([]);
    expect(utf8(await store({ sameOrigin: false }).get(KEY))).toBe(VALUE);
  });

  it.each([
    ["to another origin by a network path", "//evil.invalid/x"],
    ["to another scheme", "https://127.0.0.1/x"],
    ["to no web address", "file:///etc/passwd"],
    ["to data", "data:text/plain,x"],
    ["to nowhere", ""],
    ["to what is no URL", "http://"],
  ])("%s is refused", async (_what, location) => {
    web.answer = says(302, { location });
    await expect(store().get(KEY)).rejects.toMatchObject({ code: "io", details: { path: KEY } });
    expect(web.requests.length).toBe(1);
  });

  it("without end is given up", async () => {
    web.answer = says(302, { location: `/${KEY}` });
    await expect(store().get(KEY)).rejects.toThrowError(/more than 5 redirects/);
    expect(web.requests.length).toBe(6);
  });

  it("that a browser hides is refused", async () => {
    const { fetch, asked } = fetchThatAnswers(() => browserResponse("opaqueredirect", null, {}));
    await expect(store({ fetch }).get(KEY)).rejects.toThrowError(/a browser does not say where to/);
    expect(asked.map(({ redirect }) => redirect)).toEqual(["manual"]);
  });
});

describe("a browser", () => {
  it("may hide the Content-Range of another origin: the length is what is left to check", async () => {
    const answer = (body: string) => (): Response => browserResponse("cors", body, { status: 206 });
    const taken = fetchThatAnswers(answer("234"));
    expect(utf8(await store({ fetch: taken.fetch }).getRange(KEY, MIDDLE))).toBe("234");
    const short = fetchThatAnswers(answer("23"));
    await expect(store({ fetch: short.fetch, retries: 0 }).getRange(KEY, MIDDLE)).rejects.toMatchObject(
      io(2),
    );
  });

  it("has its fetch called as a plain function", async () => {
    let self: unknown = "not called";
    const fetch = async function (this: unknown): Promise<Response> {
      self = this;
      return new Response(VALUE);
    };
    await store({ fetch }).get(KEY);
    expect(self).toBeUndefined();
  });
});

describe("waiting", () => {
  it("ends with an abort while the body comes, and the connection with it", async () => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    web.answer = (_request, response) => {
      closed = once(response, "close");
      response.writeHead(200, { "content-length": VALUE.length });
      response.write(VALUE.slice(0, 3), () => setTimeout(() => controller.abort("enough"), 20));
    };
    const { signal } = controller;
    await expect(store({ retries: 0 }).get(KEY, { signal })).rejects.toMatchObject({
      code: "aborted",
      cause: "enough",
    });
    await closed;
    expect(web.requests.length).toBe(1);
  });

  it("ends with an abort before the server answers", async () => {
    const controller = new AbortController();
    web.answer = () => controller.abort();
    await expect(store().getRange(KEY, MIDDLE, { signal: controller.signal })).rejects.toMatchObject({
      code: "aborted",
    });
  });

  it("ends with an abort between two attempts, by the clock of the machine", async () => {
    const controller = new AbortController();
    web.answer = (request, response) => {
      setTimeout(() => controller.abort(), 20);
      return says(503, { "retry-after": "50" })(request, response, async () => undefined);
    };
    const { signal } = controller;
    await expect(httpStore(web.origin).get(KEY, { signal })).rejects.toMatchObject({ code: "aborted" });
    expect(web.requests.length).toBe(1);
  }, 10_000);

  it("leaves no listener on a signal that outlives it", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>): void => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>): void => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    web.answer = firstly(2, says(500));
    await httpStore(web.origin, { runtime: { ...portableRuntime(), random: () => 0 } }).get(KEY, { signal });
    expect(listeners).toBe(0);
  });

  it("ends after a silence, before the answer and within the body", async () => {
    const quick = { timeoutMs: 50, retries: 1 };
    web.answer = () => undefined;
    await expect(store(quick).get(KEY)).rejects.toMatchObject(io("timeout"));
    web.answer = (_request, response) => {
      response.writeHead(200, { "content-length": 2 * VALUE.length });
      response.write(VALUE);
    };
    await expect(store(quick).get(KEY)).rejects.toMatchObject(io("timeout"));
    expect(web.requests.length).toBe(4);
  });

  it("ends as a timeout even where the runtime only speaks of an abort", async () => {
    const fetch = (_url: string, { signal }: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      });
    await expect(store({ fetch, timeoutMs: 10, retries: 0 }).get(KEY)).rejects.toMatchObject(io("timeout"));
  });

  it("does not end while a long body moves", async () => {
    web.answer = async (_request, response) => {
      for (const digit of VALUE) {
        response.write(digit);
        await sleep(100);
      }
      response.end();
    };
    expect(utf8(await store({ timeoutMs: 600, retries: 0 }).get(KEY))).toBe(VALUE);
  });
});

describe("what is sent", () => {
  it("is a request for bytes as they are, which a cache makes sure of, with the caller's headers", async () => {
    const { fetch, asked } = fetchThatAnswers(() => new Response(VALUE, { status: 206 }));
    const headers = { authorization: "Bearer 1234", range: "bytes=0-1" };
    await store({ fetch, headers, credentials: "include" })
      .getRange(KEY, MIDDLE)
      .catch(() => undefined);
    expect(Object.fromEntries(asked[0]?.headers ?? [])).toEqual({
      authorization: "Bearer 1234",
      "accept-encoding": "identity",
      range: "bytes=2-4",
    });
    expect(asked[0]).toMatchObject({ cache: "no-cache", credentials: "include", method: "GET" });
  });

  it("is never the key of another place: nothing is asked for a hostile one", async () => {
    for (const [, text] of HOSTILE_KEYS) {
      const hostile = text as StoreKey;
      await expect(store().get(hostile)).rejects.toMatchObject({ code: "invalid_name" });
      await expect(store().getRange(hostile, MIDDLE)).rejects.toMatchObject({ code: "invalid_name" });
    }
    expect(web.requests).toEqual([]);
  });

  it("has the query of the URL, which neither messages nor the location repeat", async () => {
    const signed = httpStore(`${web.origin}/?sig=s3cret`, { retries: 0 });
    web.answer = says(500);
    const error: unknown = await signed.get(KEY).catch((thrown: unknown) => thrown);
    expect(web.requests).toEqual([`/${KEY}?sig=s3cret`]);
    expect(error).toMatchObject(io(500));
    expect(`${signed.location} ${String(error)}`).not.toContain("s3cret");
    const fetch = async (url: string): Promise<Response> => {
      throw new TypeError(`error sending request for url (${url})`);
    };
    const lost = httpStore(`${web.origin}/?sig=s3cret`, { retries: 0, fetch }).get(KEY);
    await expect(lost).rejects.toMatchObject(io("network error"));
    await expect(lost).rejects.not.toThrowError(/s3cret/);
  });

  it("is nothing with headers that are none", () => {
    expect(() => store({ headers: { "a b": "c" } })).toThrowError(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  });
});
