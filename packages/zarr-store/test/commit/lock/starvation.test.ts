import { expect, it } from "vitest";
import { CommitEngine } from "../../../src/commit/commit-engine.ts";
import { localStore } from "../../../src/node/local/local-store.ts";
import { nodeRuntime } from "../../../src/node/runtime/node-runtime.ts";
import { auditStore } from "../../support/audit-store.ts";
import { inFolder } from "../../support/in-folder.ts";
import { addLine, bytes, key, text } from "../../support/simulated-writers.ts";
import { collectLog } from "../../support/test-runtime.ts";

const QUICK_WRITERS = 4;
/** A slow one that is starved would wait for all of these. */
const COMMITS_OF_QUICK = 500;
/** The slow one comes after so many. */
const UNDER_WAY = 8;
const MERGE_MS = 100;

it("one slow merge gets its turn among four writers that are quick, and merges once", async () => {
  await inFolder(async (root) => {
    const open = async (): Promise<CommitEngine> => {
      const engine = new CommitEngine(localStore(root), {
        runtime: nodeRuntime(),
        logger: collectLog(),
        durability: "none",
      });
      await engine.open();
      return engine;
    };
    let isDone = false;
    let quickCommits = 0;
    const underWay = Promise.withResolvers<void>();
    const quick = async (writer: number): Promise<number> => {
      const engine = await open();
      let commits = 0;
      while (!isDone && commits < COMMITS_OF_QUICK) {
        await engine.transact(async (transaction) =>
          addLine(transaction, "tables/t", `quick ${writer}/${commits}`),
        );
        commits++;
        quickCommits++;
        if (quickCommits === UNDER_WAY) {
          underWay.resolve();
        }
      }
      return commits;
    };
    let merges = 0;
    const slow = async (): Promise<void> => {
      const engine = await open();
      await underWay.promise;
      await engine.transact(async (transaction) =>
        transaction.merge({
          path: key("tables/t"),
          merge: async (current) => {
            merges++;
            await new Promise((resolve) => setTimeout(resolve, MERGE_MS));
            return { bytes: bytes(`${text(current) ?? ""}slow\n`) };
          },
        }),
      );
      isDone = true;
    };
    const [counts] = await Promise.all([
      Promise.all(Array.from({ length: QUICK_WRITERS }, (_, writer) => quick(writer))),
      slow(),
    ]);
    const { objects, problems } = await auditStore(localStore(root));
    console.log(
      `one merge of ${MERGE_MS} ms among ${QUICK_WRITERS} quick writers: ${quickCommits} commits of theirs`,
    );
    expect(problems).toEqual([]);
    expect(merges, "the lock is held while it merges: no race is lost").toBe(1);
    expect(Math.max(...counts), "the quick ones were still at work").toBeLessThan(COMMITS_OF_QUICK);
    expect(objects["tables/t"]?.split("\n").filter((line) => line === "slow")).toHaveLength(1);
    expect(objects["tables/t"]?.trimEnd().split("\n")).toHaveLength(quickCommits + 1);
  });
});
