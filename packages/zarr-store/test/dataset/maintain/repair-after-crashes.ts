/** Repairs what a writer leaves that crashed at a call of its store. */
import { expect } from "vitest";
import { openDataset } from "../../../src/index.ts";
import { faultyStore } from "../../../src/testing/index.ts";
import { auditStore } from "../../support/audit-store.ts";
import { testRuntime } from "../../support/test-runtime.ts";
import { inMaintained } from "./maintained-dataset.ts";

/** Crashes at every `stride`-th call in turn; after a repair all is at rest. How often there was something to repair. */
export async function repairAfterCrashes(
  stride: number,
): Promise<{ readonly crashes: number; readonly repaired: number }> {
  let calls = Number.POSITIVE_INFINITY;
  let repaired = 0;
  let crashes = 0;
  for (let last = 0; last < calls; last += stride) {
    await inMaintained("memory", async ({ store, open, kill }) => {
      let count = 0;
      let isArmed = false;
      const faulty = faultyStore(store, () =>
        isArmed && count++ >= last ? { fault: "fails", errno: "EIO" } : undefined,
      );
      const writer = await openDataset(faulty, { durability: "none", runtime: testRuntime({ pid: 7 }) });
      isArmed = true;
      await writer
        .transaction(async (transaction) => {
          const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
          await transaction.addImage(image, { id: "two" });
          await transaction.deleteImage("one");
          await transaction.deleteTable("pooled");
        })
        .catch(() => undefined);
      isArmed = false;
      if (count <= last) {
        calls = last;
      }
      crashes++;
      kill(7);
      const next = await open(8);
      const where = `after a crash at call ${last}`;
      expect((await next.check()).problems, where).toEqual([]);
      const { actions, problems, notes } = await next.repair();
      repaired += actions.length > 0 ? 1 : 0;
      expect(problems, where).toEqual([]);
      expect(
        notes.filter(({ kind }) => kind !== "staging" && kind !== "history"),
        where,
      ).toEqual([]);
      if (notes.length > 0) {
        await next.gc({ dryRun: false, olderThanMs: -1 });
        expect((await next.check()).notes, where).toEqual([]);
      }
      expect((await auditStore(store)).problems, where).toEqual([]);
      expect(await next.listImageIds(), where).toEqual(
        next.version === 8 || notes.length > 0 ? ["one"] : ["two"],
      );
    });
  }
  return { crashes, repaired };
}
