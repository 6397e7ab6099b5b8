import { describe, expect, it } from "vitest";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { memoryStore } from "../../../src/store/memory-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import { MEDIA, type Medium, SimulatedWriters } from "../../support/simulated-writers.ts";
import { TestClock } from "../../support/test-runtime.ts";
import { interleave, interleaveAlong, interleaveTwo, PAIRS, type Pair } from "./interleaving.ts";

/** Some calls of each pair, others for each; all of them in `interleaving.soak.ts`. */
const STRIDE: Readonly<Record<Medium, number>> = {
  memory: 32,
  local: 200,
  "memory without hard links": 48,
  "local without hard links": 400,
};

describe.each<Medium>(MEDIA)("a second writer before the store calls of the first, in %s", (medium) => {
  it.each(PAIRS.map((pair, offset) => ({ ...pair, offset })))("$name", async ({ offset, ...pair }) => {
    await interleaveAlong(medium, pair, { stride: STRIDE[medium], offset });
  });
});

it("two more writers before every two calls of a deletion", () => interleaveTwo(8));

describe("a protocol that is wrong is found out", () => {
  const findsFault = async (pair: Pair, wrong: (store: KeyValueStore) => KeyValueStore): Promise<boolean> => {
    for (let at = 1; at <= 60; at++) {
      const clock = new TestClock();
      const world = new SimulatedWriters(wrong(memoryStore({ nowEpochMs: clock.look })), clock);
      try {
        await interleave(world, pair, new Map([[at, pair.second]]));
      } catch {
        return true;
      }
    }
    return false;
  };
  const isOfLog = (path: string): boolean => path.startsWith("__commits/");
  const [linesOfTwo] = PAIRS.filter(({ name }) => name === "lines added to one table");
  const [sameBytes] = PAIRS.filter(({ name }) => name === "deleted, and put with the same bytes");

  it("a record that is renamed over another instead of linked", async () => {
    const wrong = (store: KeyValueStore): KeyValueStore => ({
      ...interceptStore(store, (_call, runCall) => runCall()),
      putNew: async (path, from) => {
        if (!isOfLog(path)) {
          return store.putNew(path, from);
        }
        await store.put(path, (await store.get(from)) ?? new Uint8Array());
        return true;
      },
    });
    expect(await findsFault(linesOfTwo!, (store) => store)).toBe(false);
    expect(await findsFault(linesOfTwo!, wrong)).toBe(true);
  });

  it("a deletion that puts nothing back", async () => {
    const wrong = (store: KeyValueStore): KeyValueStore => ({
      ...interceptStore(store, (_call, runCall) => runCall()),
      putNew: async (path, from) => (isOfLog(path) ? store.putNew(path, from) : true),
    });
    expect(await findsFault(sameBytes!, (store) => store)).toBe(false);
    expect(await findsFault(sameBytes!, wrong)).toBe(true);
  });
});
