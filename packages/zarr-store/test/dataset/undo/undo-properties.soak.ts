import fc from "fast-check";
import { expect, it } from "vitest";
import { undoInProcesses } from "./undo-processes.ts";
import { crashInUndo, EDIT, undoBesideWriter, undoScript } from "./undo-properties.ts";
import { editNotes } from "./undo-world.ts";

const TIMEOUT = { timeout: 300_000 };

it("1 000 random scripts are undone and done again, byte for byte", TIMEOUT, async () => {
  let undone = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(EDIT, { minLength: 1, maxLength: 20 }), async (edits) => {
      undone += await undoScript(edits);
    }),
    { numRuns: 500 },
  );
  console.log(`${undone} random edits undone and done again`);
});

it("3 000 undos beside a second writer lose nothing of either", TIMEOUT, async () => {
  const when = fc.constantFrom("before" as const, "staged" as const, "locked" as const);
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(EDIT, EDIT, when, async (first, second, moment) => {
      const outcome = await undoBesideWriter(first, second, moment);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }),
    { numRuns: 1_500 },
  );
  expect(outcomes.get("refused")).toBeGreaterThan(0);
  console.log(`undo beside a second writer: ${JSON.stringify(Object.fromEntries(outcomes))}`);
});

it.each([
  ["restores", {}],
  ["merges", { mood: "b" }],
])("an undo that %s and crashes at every call leaves the dataset before it or after it", async (_, later) => {
  const { crashes, undone } = await crashInUndo(
    async (dataset) => {
      await editNotes(dataset, "one", { note: "second", step: 3 }, "the edit");
      await (Object.keys(later).length > 0 && editNotes(dataset, "one", later));
    },
    { stride: 1 },
  );
  console.log(`${crashes} crashes in an undo, ${undone} after its claim`);
});

it.each([
  ["live", 0],
  ["are killed at any step", 0.01],
])("8 processes that edit and undo at once, and %s, leave every byte as it was", TIMEOUT, async (_, kill) => {
  const { kills } = await undoInProcesses({ workers: 8, rounds: 10, kill, seed: 18 });
  expect(kills > 0).toBe(kill > 0);
  console.log(`8 processes × 20 edits and undos, killed ${kills} times`);
});
