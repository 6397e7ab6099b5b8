// Tries each step that a commit makes in a folder, for `kym doctor`.

import { isZarrStoreError, parseStoreKey } from "@kym/zarr-store";
import { localStore } from "@kym/zarr-store/node";

/** A step of a commit that does not work in a place. */
export interface FailedStep {
  /** In words, such as `rename a folder`. */
  readonly step: string;
  /** The error of the operating system, or what came of the step instead. */
  readonly found: string;
  /** Whether commits do without it, more slowly or less tidily. */
  readonly isSpared: boolean;
}

/** Tries the steps in a folder of its own, which the caller removes. */
export async function tryCommitSteps(folder: string): Promise<readonly FailedStep[]> {
  const store = localStore(folder);
  const key = parseStoreKey;
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
  const failed: FailedStep[] = [];
  const attempt = async (
    step: string,
    run: () => Promise<unknown>,
    expected: unknown,
    isSpared = false,
  ): Promise<void> => {
    try {
      const found = await run();
      if (found !== expected) {
        failed.push({ step, found: String(found), isSpared });
      }
    } catch (error) {
      if (!isZarrStoreError(error)) {
        throw error;
      }
      failed.push({ step, found: String(error.details.found ?? error.message), isSpared });
    }
  };
  const textAt = async (path: string): Promise<string> =>
    new TextDecoder().decode(await store.get(key(path)));
  await attempt("make a folder", () => store.makeDirectory(key("lock")), true);
  await attempt("refuse to make a folder twice", () => store.makeDirectory(key("lock")), false);
  await attempt("write a file", () => store.put(key("staged/one"), bytes("one")), undefined);
  await attempt("read it back", () => textAt("staged/one"), "one");
  await attempt(
    "flush a file and its folder",
    () => store.sync([key("staged/one"), key("staged")]),
    undefined,
  );
  await attempt("rename a file", () => store.move(key("staged/one"), key("one")), "moved");
  await attempt("write a second file", () => store.put(key("staged/two"), bytes("two")), undefined);
  await attempt("rename a file over another", () => store.move(key("staged/two"), key("one")), "moved");
  await attempt("read what was renamed", () => textAt("one"), "two");
  await attempt("give a file to a name that is free", () => store.putNew(key("new"), key("one")), true);
  await attempt("refuse a name that is taken", () => store.putNew(key("new"), key("one")), false);
  await attempt("write a file in a folder", () => store.put(key("image/one"), bytes("{}")), undefined);
  await attempt("rename a folder", () => store.move(key("image"), key("images")), "moved", true);
  await attempt("list a folder", async () => (await store.list("")).some(({ name }) => name === "one"), true);
  await attempt("remove a file", () => store.remove(key("one")), "removed");
  await attempt("remove a folder", () => store.remove(key("lock")), "removed");
  return failed;
}
