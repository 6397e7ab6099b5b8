import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { undoInProcesses } from "./undo-processes.ts";
import { crashInUndo, EDIT, undoBesideWriter, undoScript } from "./undo-properties.ts";
import { editNotes } from "./undo-world.ts";

describe("undo, for any edits", () => {
  it("undo after edit is the identity of every object's bytes, and undo of undo does the edit again", async () => {
    let undone = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(EDIT, { minLength: 1, maxLength: 8 }), async (edits) => {
        undone += await undoScript(edits);
      }),
      { numRuns: 25 },
    );
    console.log(`${undone} random edits undone and done again`);
  });

  it("with a second writer between, its edit stays and only the first goes, or nothing changes", async () => {
    const outcomes = new Map<string, number>();
    const when = fc.constantFrom("before" as const, "staged" as const, "locked" as const);
    await fc.assert(
      fc.asyncProperty(EDIT, EDIT, when, async (first, second, moment) => {
        const outcome = await undoBesideWriter(first, second, moment);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }),
      { numRuns: 50 },
    );
    expect(outcomes.get("undone")).toBeGreaterThan(0);
    console.log(`undo beside a second writer: ${JSON.stringify(Object.fromEntries(outcomes))}`);
  });
});

describe("an undo whose writer crashes", () => {
  it("at any call, leaves the dataset before the undo or after it, and the next undo undoes once", async () => {
    const { crashes, undone } = await crashInUndo(
      async (dataset) => {
        await editNotes(dataset, "one", { note: "second", step: 3 }, "the edit");
      },
      { stride: 2 },
    );
    expect(undone).toBeGreaterThan(0);
    expect(undone).toBeLessThan(crashes);
    console.log(`${crashes} crashes in an undo, ${undone} after its claim`);
  });

  it("at any call, when it merges, deletes a file and brings another back", async () => {
    await crashInUndo(
      async (dataset) => {
        await dataset.transaction(
          async (transaction) => {
            await transaction.record("two").saveJson("new", { added: true });
            await transaction.record("two").json.delete("qc");
            await transaction.record("one").saveJson("metadata", { note: "second" });
          },
          { message: "the edit" },
        );
        await editNotes(dataset, "one", { mood: "b", step: 2 });
      },
      { stride: 3 },
    );
  });
});

it("processes that edit and undo at once, some of them killed, leave every byte as it was", async () => {
  const { kills } = await undoInProcesses({ workers: 2, rounds: 2, kill: 0.02, seed: 3 });
  console.log(`2 processes × 4 edits and undos, killed ${kills} times`);
});
