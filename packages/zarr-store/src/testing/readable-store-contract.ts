// The tests that every `ReadableStore` must pass, for any test framework.

import type { KeyValueStore, ReadableStore } from "../store/key-value-store.ts";
import { joinKey, type StoreKey } from "../store/store-key.ts";
import { contractAssert } from "./contract-assert.ts";
import { HOSTILE_KEYS } from "./hostile-keys.ts";

const { text, rejects } = contractAssert;

/** The two functions that the suites need from a test framework such as vitest, node:test or jest. */
export interface TestFramework {
  describe(name: string, define: () => void): void;
  it(name: string, run: () => Promise<void>): void;
}

/** A store to be read, and a second store that fills it. */
export interface ReadableStoreUnderTest {
  readonly store: ReadableStore;
  /** Whatever is put here can be read from `store`. */
  readonly filler: KeyValueStore;
  readonly dispose?: () => Promise<void>;
}

/**
 * Defines the tests that every {@link ReadableStore} must pass, whether or not it can be written to.
 *
 * @example
 * import { describe, it } from "vitest";
 * testReadableStoreContract({ describe, it }, "read only", async () => {
 *   const filler = memoryStore();
 *   return { store: readOnlyStore(filler), filler };
 * });
 */
export function testReadableStoreContract(
  { describe, it }: TestFramework,
  name: string,
  open: () => Promise<ReadableStoreUnderTest>,
): void {
  describe(`the contract of a store for reading: ${name}`, () => defineReading({ describe, it }, open));
}

type DefineTest = (
  sentence: string,
  run: (store: ReadableStore, filler: KeyValueStore) => Promise<void>,
) => void;

/** Defines the tests of reading, which the contract of a writable store includes. */
export function defineReading(
  { describe, it }: TestFramework,
  open: () => Promise<ReadableStoreUnderTest>,
): void {
  const test: DefineTest = (sentence, run) =>
    it(sentence, async () => {
      const { store, filler, dispose } = await open();
      try {
        await run(store, filler);
      } finally {
        await dispose?.();
      }
    });
  describe("reading", () => defineValues(test));
  describe("keys of reads stay inside", () => defineReadJail(test));
}

function defineValues(test: DefineTest): void {
  test("gives what was put, in arrays of their own", async (store, filler) => {
    const bytes = utf8("value");
    await filler.put(key("a/b"), bytes.subarray(1, 4));
    bytes.fill(0);
    const first = await store.get(key("a/b"));
    text(first, "alu", "a part of a larger array");
    first?.fill(0);
    text(await store.get(key("a/b")), "alu", "read again after the first array was changed");
    await filler.put(key("a/empty"), new Uint8Array());
    text(await store.get(key("a/empty")), "", "an empty value");
  });

  test("replaces a value whole, a longer one by a shorter", async (store, filler) => {
    await filler.put(key("a"), utf8("a longer value"));
    await filler.put(key("a"), utf8("short"));
    text(await store.get(key("a")), "short", "the second value");
  });

  test("keeps apart keys that differ by characters with a meaning elsewhere", async (store, filler) => {
    const paths = ["a%b", "a%2fb", "%2e%2e", "a#b", "a+b", "a b", "a&b=c", "a;b", "é", "~x", "a@b", "[a]"];
    for (const path of paths) {
      await filler.put(key(`dir/${path}`), utf8(path));
    }
    for (const path of paths) {
      text(await store.get(key(`dir/${path}`)), path, path);
    }
  });

  test("gives exactly the range that was asked for, or an error", async (store, filler) => {
    await filler.put(key("a"), utf8("0123456789"));
    text(await store.getRange(key("a"), { offset: 2, length: 3 }), "234", "in the middle");
    text(await store.getRange(key("a"), { offset: 0, length: 10 }), "0123456789", "the whole");
    text(await store.getRange(key("a"), { offset: 10, length: 0 }), "", "nothing, at the end");
    for (const [offset, length] of [
      [8, 3],
      [11, 0],
      [-1, 2],
      [0, -1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      await rejects(
        () => store.getRange(key("a"), { offset, length }),
        "invalid_argument",
        `bytes ${offset} and ${length} more`,
      );
    }
  });

  test("has nothing at a directory, below a file, and where nothing is", async (store, filler) => {
    await filler.put(key("dir/file"), utf8("x"));
    for (const absent of ["dir", "dir/file/below", "nothing", "nothing/below"]) {
      text(await store.get(key(absent)), undefined, absent);
      text(await store.getRange(key(absent), { offset: 0, length: 1 }), undefined, `a range of ${absent}`);
    }
  });

  test("does not read when it was aborted before", async (store, filler) => {
    await filler.put(key("a"), utf8("x"));
    const signal = AbortSignal.abort();
    await rejects(() => store.get(key("a"), { signal }), "aborted", "get");
    await rejects(
      () => store.getRange(key("a"), { offset: 0, length: 1 }, { signal }),
      "aborted",
      "getRange",
    );
  });
}

function defineReadJail(test: DefineTest): void {
  for (const [what, text] of HOSTILE_KEYS) {
    test(`refuses to read ${what}`, async (store) => {
      // Only untyped code can call a store with a key that was never parsed; this test imitates it.
      const hostile = text as StoreKey;
      await rejects(() => store.get(hostile), "invalid_name", `get with ${JSON.stringify(text)}`);
      await rejects(
        () => store.getRange(hostile, { offset: 0, length: 0 }),
        "invalid_name",
        `getRange with ${JSON.stringify(text)}`,
      );
    });
  }
}

function key(path: string): StoreKey {
  return joinKey(path);
}

function utf8(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}
