// The tests that every `KeyValueStore` must pass, for any test framework.

import type { KeyValueStore } from "../store/key-value-store.ts";
import { joinKey, type StoreKey } from "../store/store-key.ts";
import { contractAssert } from "./contract-assert.ts";
import { HOSTILE_KEYS } from "./hostile-keys.ts";
import { defineReading, type TestFramework } from "./readable-store-contract.ts";

const { equal, text, rejects } = contractAssert;

/** A fresh store for one test. */
export interface StoreUnderTest {
  readonly store: KeyValueStore;
  readonly dispose?: () => Promise<void>;
}

/**
 * Defines the tests that every {@link KeyValueStore} must pass.
 *
 * @example
 * import { describe, it } from "vitest";
 * testStoreContract({ describe, it }, "memory", async () => ({ store: memoryStore() }));
 */
export function testStoreContract(
  { describe, it }: TestFramework,
  name: string,
  open: () => Promise<StoreUnderTest>,
): void {
  const test = (sentence: string, run: (store: KeyValueStore) => Promise<void>): void =>
    it(sentence, async () => {
      const { store, dispose } = await open();
      try {
        await run(store);
      } finally {
        await dispose?.();
      }
    });
  describe(`the contract of a store: ${name}`, () => {
    defineReading({ describe, it }, async () => {
      const opened = await open();
      return { ...opened, filler: opened.store };
    });
    describe("names and directories", () => defineNames(test));
    describe("putNew", () => definePutNew(test));
    describe("move", () => defineMove(test));
    describe("remove", () => defineRemove(test));
    describe("keys stay inside", () => defineJail(test));
  });
}

type DefineTest = (sentence: string, run: (store: KeyValueStore) => Promise<void>) => void;

function defineNames(test: DefineTest): void {
  test("lists what is directly below a directory, by code unit", async (store) => {
    for (const path of ["b", "a/z", "a/é", "a/Z", "a/10", "a/9", "a/_/deep"]) {
      await store.put(key(path), utf8("x"));
    }
    const names = (await store.list(key("a"))).map(({ name, kind }) => `${name} ${kind}`);
    equal(names, ["10 file", "9 file", "Z file", "_ directory", "z file", "é file"], "the names below a");
    equal(
      (await store.list("")).map(({ name }) => name),
      ["a", "b"],
      "the names at the root",
    );
    equal(await store.list(key("nothing")), [], "the names below nothing");
    equal(await store.list(key("b")), [], "the names below a file");
    const signal = AbortSignal.abort();
    await rejects(() => store.list("", { signal }), "aborted", "list after an abort");
  });

  test("tells files from directories, and one device for what can be moved", async (store) => {
    await store.put(key("dir/file"), utf8("abc"));
    const [root, dir, file] = [
      await store.stat(""),
      await store.stat(key("dir")),
      await store.stat(key("dir/file")),
    ];
    equal([root?.kind, dir?.kind, file?.kind], ["directory", "directory", "file"], "the kinds");
    equal(file?.sizeBytes, 3, "the size of the file");
    await store.put(key("dir/file"), utf8("a"));
    equal((await store.stat(key("dir/file")))?.sizeBytes, 1, "its size after a shorter value replaced it");
    equal(await store.stat(key("dir/file/below")), undefined, "the stat of a key below a file");
    equal(await store.stat(key("nothing")), undefined, "the stat of nothing");
    equal([root?.device, dir?.device], [file?.device, file?.device], "the devices");
  });

  test("makes a directory once, and those above it", async (store) => {
    equal(await store.makeDirectory(key("a/b/c")), true, "the first time");
    equal(await store.makeDirectory(key("a/b/c")), false, "the second time");
    equal(await store.makeDirectory(key("a/b")), false, "the one above");
    equal((await store.stat(key("a/b/c")))?.kind, "directory", "its kind");
    await store.put(key("file"), utf8("x"));
    await rejects(() => store.makeDirectory(key("file")), "io", "where a file is");
    await rejects(() => store.makeDirectory(key("file/below")), "io", "below a file");
  });

  test("makes a directory for exactly one of many that ask at once", async (store) => {
    const made = await Promise.all(Array.from({ length: 16 }, () => store.makeDirectory(key("lock"))));
    equal(made.filter((isFirst) => isFirst).length, 1, "how many made it");
  });

  test("refuses to put where a directory is, or below a file", async (store) => {
    await store.put(key("dir/file"), utf8("x"));
    await rejects(() => store.put(key("dir"), utf8("y")), "io", "where a directory is");
    await rejects(() => store.put(key("dir/file/below"), utf8("y")), "io", "below a file");
    text(await store.get(key("dir/file")), "x", "what was there");
  });

  test("flushes files, directories and the root, passing over what is gone", async (store) => {
    await store.put(key("dir/file"), utf8("x"));
    await store.sync([key("dir/file"), key("dir"), "", key("gone"), key("dir/file/below")]);
    await store.sync([]);
    text(await store.get(key("dir/file")), "x", "what was flushed");
  });
}

function definePutNew(test: DefineTest): void {
  test("gives a file a second name, which outlives the first", async (store) => {
    await store.put(key("staged"), utf8("x"));
    equal(await store.putNew(key("made/for/it"), key("staged")), true, "a free name");
    equal(await store.remove(key("staged")), "removed", "the first name");
    text(await store.get(key("made/for/it")), "x", "the second name");
  });

  test("never replaces a file or a directory", async (store) => {
    await store.put(key("staged"), utf8("new"));
    await store.put(key("taken"), utf8("old"));
    await store.makeDirectory(key("dir"));
    equal(await store.putNew(key("taken"), key("staged")), false, "onto a file");
    equal(await store.putNew(key("dir"), key("staged")), false, "onto a directory");
    equal(await store.putNew(key("staged"), key("staged")), false, "onto itself");
    text(await store.get(key("taken")), "old", "the file");
    text(await store.get(key("staged")), "new", "the source");
  });

  test("says when there is nothing to name", async (store) => {
    await rejects(() => store.putNew(key("a"), key("nothing")), "not_found", "a source that is not there");
    await rejects(
      () => store.putNew(key("a"), key("nothing/below")),
      "not_found",
      "a source in no directory",
    );
    equal(await store.stat(key("a")), undefined, "the target");
  });

  test("lets exactly one of many win, with its bytes", async (store) => {
    const sources = Array.from({ length: 16 }, (_, index) => `staged/${index}`);
    for (const source of sources) {
      await store.put(key(source), utf8(source));
    }
    const won = await Promise.all(sources.map((source) => store.putNew(key("log/1"), key(source))));
    equal(won.filter((isWinner) => isWinner).length, 1, "how many won");
    text(await store.get(key("log/1")), sources[won.indexOf(true)], "the winner's bytes");
  });
}

function defineMove(test: DefineTest): void {
  test("moves a file, onto nothing and onto a file", async (store) => {
    await store.put(key("from"), utf8("1"));
    await store.makeDirectory(key("dir"));
    equal(await store.move(key("from"), key("dir/to")), "moved", "onto nothing");
    await store.put(key("from"), utf8("2"));
    equal(await store.move(key("from"), key("dir/to")), "moved", "onto a file");
    text(await store.get(key("dir/to")), "2", "the target");
    equal(await store.stat(key("from")), undefined, "the source");
  });

  test("moves a directory with all that is below it, onto nothing and onto an empty one", async (store) => {
    await store.put(key("from/a/b"), utf8("1"));
    equal(await store.move(key("from"), key("to")), "moved", "onto nothing");
    await store.makeDirectory(key("empty"));
    equal(await store.move(key("to"), key("empty")), "moved", "onto an empty directory");
    text(await store.get(key("empty/a/b")), "1", "what was below it");
    equal(
      (await store.list("")).map(({ name }) => name),
      ["empty"],
      "what else is there",
    );
  });

  test("is blocked by what it would not replace, and leaves both as they were", async (store) => {
    await store.put(key("file"), utf8("file"));
    await store.put(key("dir/inside"), utf8("inside"));
    await store.put(key("full/other"), utf8("other"));
    equal(await store.move(key("file"), key("dir")), "blocked", "a file onto a directory");
    equal(await store.move(key("dir"), key("file")), "blocked", "a directory onto a file");
    equal(await store.move(key("dir"), key("full")), "blocked", "a directory onto a full one");
    equal(await store.move(key("dir/inside"), key("file/below")), "blocked", "a path through a file");
    await store.makeDirectory(key("empty"));
    equal(await store.move(key("file"), key("empty")), "blocked", "a file onto an empty directory");
    text(await store.get(key("file")), "file", "the file");
    text(await store.get(key("dir/inside")), "inside", "the directory");
    text(await store.get(key("full/other")), "other", "the full directory");
  });

  test("tells a source that is gone from a target without a directory", async (store) => {
    await store.put(key("file"), utf8("x"));
    await store.makeDirectory(key("dir"));
    equal(await store.move(key("nothing"), key("to")), "absent", "no source");
    equal(await store.move(key("nothing/below"), key("to")), "absent", "a source in no directory");
    equal(await store.move(key("file/below"), key("to")), "absent", "a source below a file");
    equal(await store.move(key("nothing"), key("no/such/to")), "absent", "neither source nor directory");
    equal(await store.move(key("nothing"), key("file/below")), "absent", "no source, a path through a file");
    equal(await store.move(key("file"), key("no/such/to")), "no_parent", "a file into no directory");
    equal(await store.move(key("dir"), key("no/such/to")), "no_parent", "a directory into no directory");
    text(await store.get(key("file")), "x", "the file");
  });

  test("is done by exactly one of many that move the same file", async (store) => {
    await store.put(key("from"), utf8("x"));
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, index) => store.move(key("from"), key(`to-${index}`))),
    );
    equal(outcomes.filter((outcome) => outcome === "moved").length, 1, "how many moved it");
    equal(outcomes.filter((outcome) => outcome === "absent").length, 15, "how many found it gone");
  });
}

function defineRemove(test: DefineTest): void {
  test("removes a file and an empty directory, and says so", async (store) => {
    await store.put(key("dir/file"), utf8("x"));
    equal(await store.remove(key("dir")), "not_empty", "a directory with a file");
    equal(await store.remove(key("dir/file")), "removed", "the file");
    equal(await store.remove(key("dir/file")), "absent", "the file again");
    equal(await store.remove(key("dir")), "removed", "the directory");
    equal(await store.remove(key("dir")), "absent", "the directory again");
    equal(await store.list(""), [], "what is left");
  });

  test("has nothing to remove below a file or in no directory", async (store) => {
    await store.put(key("file"), utf8("x"));
    equal(await store.remove(key("file/below")), "absent", "below a file");
    equal(await store.remove(key("no/such")), "absent", "in no directory");
    text(await store.get(key("file")), "x", "the file");
  });

  test("removes a file for exactly one of many that ask at once", async (store) => {
    await store.put(key("a"), utf8("x"));
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => store.remove(key("a"))));
    equal(outcomes.filter((outcome) => outcome === "removed").length, 1, "how many removed it");
  });
}

function defineJail(test: DefineTest): void {
  for (const [what, text] of HOSTILE_KEYS) {
    test(`refuses ${what}`, async (store) => {
      await store.put(key("inside"), utf8("x"));
      // Only untyped code can call a store with a key that was never parsed; this test imitates it.
      const hostile = text as StoreKey;
      const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
        ["put", () => store.put(hostile, utf8("y"))],
        ["putNew to it", () => store.putNew(hostile, key("inside"))],
        ["putNew from it", () => store.putNew(key("other"), hostile)],
        ["makeDirectory", () => store.makeDirectory(hostile)],
        ["move to it", () => store.move(key("inside"), hostile)],
        ["move from it", () => store.move(hostile, key("other"))],
        ["remove", () => store.remove(hostile)],
        ["list", () => store.list(hostile)],
        ["stat", () => store.stat(hostile)],
        ["sync", () => store.sync([hostile])],
      ];
      for (const [method, run] of calls) {
        await rejects(run, "invalid_name", `${method} with ${JSON.stringify(text)}`);
      }
      equal(
        (await store.list("")).map(({ name }) => name),
        ["inside"],
        "what is there after all calls",
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
