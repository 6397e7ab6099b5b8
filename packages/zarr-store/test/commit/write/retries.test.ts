import { describe, expect, it } from "vitest";
import { openDataset } from "../../../src/dataset/open-dataset.ts";
import { nodeRuntime } from "../../../src/node/runtime/node-runtime.ts";
import { memoryStore } from "../../../src/store/memory-store.ts";

const IMAGE = { dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) } as const;

/** Two sessions of one dataset: `a` counts up, and `b` comes first in each of its first `conflicts` runs. */
async function countUp(conflicts: number, atRun: (clocks: { wallMs: number; steadyMs: number }) => void) {
  const store = memoryStore();
  const clocks = { wallMs: 1e12, steadyMs: 0 };
  const runtime = {
    ...nodeRuntime(),
    nowEpochMs: () => clocks.wallMs,
    monotonicMs: () => clocks.steadyMs,
    sleepMs: () => Promise.resolve(),
  };
  const a = await openDataset(store, { runtime });
  const b = await openDataset(store, { runtime: nodeRuntime() });
  await (await a.addImage(IMAGE, { id: "one" })).saveJson("n", 0);
  let runs = 0;
  const outcome = await a
    .transaction(async (transaction) => {
      runs++;
      const n = Number(await transaction.record("one").loadJson("n"));
      if (runs <= conflicts) {
        await b.record("one").saveJson("n", n + 10);
      }
      atRun(clocks);
      await transaction.record("one").saveJson("n", n + 1);
    })
    .then(
      () => "committed",
      (error: { readonly code: string }) => error.code,
    );
  return { outcome, runs, n: Number(await b.record("one").loadJson("n")) };
}

describe("a transaction that meets a conflict", () => {
  it.each([
    ["an hour later", 3_600_000],
    ["back in 1970", -1e12],
    ["ten seconds later", 10_000],
  ])("runs again when the wall clock is suddenly %s", async (_when, step) => {
    const jump = (clocks: { wallMs: number }): void => {
      clocks.wallMs += step;
    };
    expect(await countUp(3, jump)).toEqual({ outcome: "committed", runs: 4, n: 31 });
  });

  it("runs again once, however long the first run took", async () => {
    const slow = (clocks: { steadyMs: number }): void => {
      clocks.steadyMs += 3_600_000;
    };
    expect(await countUp(1, slow)).toEqual({ outcome: "committed", runs: 2, n: 11 });
    expect(await countUp(9, slow)).toMatchObject({ outcome: "conflict", runs: 2 });
  });

  it("runs again until 60 s after the first conflict", async () => {
    const steady = (clocks: { steadyMs: number }): void => {
      clocks.steadyMs += 3_000;
    };
    expect(await countUp(99, steady)).toMatchObject({ outcome: "conflict", runs: 21 });
  });
});
