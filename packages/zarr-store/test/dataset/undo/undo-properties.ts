/** Random edits that are undone: alone, beside a second writer, and by a writer that crashes at each of its calls. */
import fc from "fast-check";
import { expect } from "vitest";
import { isZarrStoreError, type ZarrDataset } from "../../../src/index.ts";
import { faultyStore } from "../../../src/testing/index.ts";
import { auditStore } from "../../support/audit-store.ts";
import { addImage, editNotes, RULES, type UndoWorld, undoWorld } from "./undo-world.ts";

const IDS = ["one", "two", "three"] as const;

/** One change of one image. */
export type Edit =
  | { readonly kind: "note" | "mood"; readonly id: (typeof IDS)[number]; readonly value: string | undefined }
  | { readonly kind: "step"; readonly id: (typeof IDS)[number]; readonly value: number | undefined }
  | { readonly kind: "save" | "delete"; readonly id: (typeof IDS)[number]; readonly name: string }
  | { readonly kind: "rows"; readonly id: (typeof IDS)[number]; readonly value: number };

const id = fc.constantFrom(...IDS);
const word = fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined });
export const EDIT: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constantFrom("note" as const, "mood" as const), id, value: word }),
  fc.record({
    kind: fc.constant("step" as const),
    id,
    value: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constantFrom("save" as const, "delete" as const),
    id,
    name: fc.constantFrom("qc", "more/x"),
  }),
  fc.record({ kind: fc.constant("rows" as const), id, value: fc.integer({ min: 1, max: 3 }) }),
);

const SCHEMA = { columns: [{ name: "v", type: "float64" }] } as const;
let saved = 0;

export async function applyEdit(dataset: ZarrDataset, edit: Edit): Promise<void> {
  switch (edit.kind) {
    case "note":
    case "mood":
    case "step":
      await editNotes(dataset, edit.id, { [edit.kind]: edit.value });
      return;
    case "save":
      await dataset.record(edit.id).saveJson(edit.name, { saved: ++saved });
      return;
    case "delete":
      await dataset.record(edit.id).json.delete(edit.name);
      return;
    case "rows":
      await dataset.record(edit.id).saveParquet("events", [{ v: edit.value }], { schema: SCHEMA });
      return;
    default:
      edit satisfies never;
  }
}

export async function fill(world: UndoWorld): Promise<ZarrDataset> {
  const dataset = await world.open(1);
  for (const [index, each] of IDS.entries()) {
    await addImage(
      dataset,
      each,
      index === 0 ? { note: "first" } : { note: "first", step: index, mood: "a" },
    );
  }
  return dataset;
}

/** Undoes a random script edit by edit: after each undo, every byte is as it was before that edit. Then does it all again. */
export async function undoScript(edits: readonly Edit[]): Promise<number> {
  const world = undoWorld();
  const dataset = await fill(world);
  const states = [await world.objects()];
  for (const edit of edits) {
    const { version } = dataset;
    await applyEdit(dataset, edit);
    if (dataset.version > version) {
      states.push(await world.objects());
    }
  }
  const redone = states.slice(0, -1).reverse();
  const undos: number[] = [];
  for (const state of redone) {
    const undone = await dataset.past.undo(RULES);
    expect(undone.outcome, JSON.stringify(edits)).toBe("undone");
    undos.push((undone.outcome === "undone" ? undone.version : undefined) ?? 0);
    expect(await world.objects()).toEqual(state);
  }
  for (const [index, version] of undos.reverse().entries()) {
    expect(await dataset.past.undo({ ...RULES, version })).toMatchObject({ outcome: "undone" });
    expect(await world.objects()).toEqual(states[index + 1]);
  }
  expect((await auditStore(world.store)).problems).toEqual([]);
  return states.length - 1;
}

/**
 * A second writer edits before the undo, or while it is staged. What the second writer did stays; the undo takes back exactly the
 * first edit, or is refused and changes nothing.
 */
export async function undoBesideWriter(
  first: Edit,
  second: Edit,
  when: "before" | "staged" | "locked",
): Promise<"undone" | "refused" | "no change"> {
  const world = undoWorld();
  const dataset = await fill(world);
  const { version } = dataset;
  await applyEdit(dataset, first);
  if (dataset.version === version) {
    return "no change";
  }
  const other = await world.open(2, { lock: { disabled: true } });
  let isEdited = false;
  let isChange = false;
  const editOnce = async (): Promise<void> => {
    if (!isEdited) {
      isEdited = true;
      await other.refresh();
      const { version: before } = other;
      await applyEdit(other, second);
      isChange = other.version > before;
    }
  };
  if (when === "before") {
    await editOnce();
  }
  const undoer = await world.open(3, {
    onStep: async (step) => {
      if (step === when) {
        await editOnce();
      }
    },
  });
  const undone = await undoer.past.undo({ ...RULES, version: version + 1 });
  const found = await textOf(world);
  if (undone.outcome === "undone") {
    // What the second edit alone makes; nothing, if it said what the first one had said already.
    const alone = undoWorld();
    const model = await fill(alone);
    await (isChange && applyEdit(model, second));
    expect(found, `${when}: ${JSON.stringify([first, second])}`).toEqual(await textOf(alone));
  } else {
    const both = undoWorld();
    const model = await fill(both);
    await applyEdit(model, first);
    await applyEdit(model, second);
    expect(found).toEqual(await textOf(both));
    // Only a change of the same object, or one that did the undo's work, is a reason to refuse.
    expect(first.id).toBe(second.id);
  }
  expect((await auditStore(world.store)).problems).toEqual([]);
  return undone.outcome;
}

/** What the objects say; the counter of saves, and so the order of two writers, does not matter. */
async function textOf(world: UndoWorld): Promise<Readonly<Record<string, unknown>>> {
  const objects = await world.objects();
  return Object.fromEntries(
    Object.entries(objects).map(([path, text]) => [
      path,
      path.endsWith(".json") ? sortedMembers(JSON.parse(text.replace(/"saved": \d+/, '"saved": 0'))) : text,
    ]),
  );
}

function sortedMembers(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort()
          .map(([key, each]) => [key, sortedMembers(each)]),
      )
    : value;
}

/** What a writer's calls went on to, when it undid the commit of the message `the edit` and failed from some call on. */
interface CrashedUndo {
  readonly calls: number;
  readonly world: UndoWorld;
  readonly before: object;
  readonly isDone: boolean;
}

/**
 * The undo's writer crashes at every `stride`-th of its calls: the dataset is as before the undo or after it, and others go on.
 *
 * @param edit makes a commit with the message `the edit`, and perhaps others after it
 */
export async function crashInUndo(
  edit: (dataset: ZarrDataset) => Promise<unknown>,
  { stride }: { readonly stride: number },
): Promise<{ readonly crashes: number; readonly undone: number }> {
  const run = async (faultFrom: number): Promise<CrashedUndo> => {
    const world = undoWorld();
    const dataset = await fill(world);
    await edit(dataset);
    await dataset.close();
    const before = await world.objects();
    let isArmed = false;
    let calls = 0;
    const store = faultyStore(world.store, () => {
      const index = isArmed ? calls++ : -1;
      return index >= faultFrom
        ? { fault: index === faultFrom ? "tears" : "fails", errno: "EIO" }
        : undefined;
    });
    const undoer = await world.open(7, { store });
    const version = await versionOfEdit(undoer);
    isArmed = true;
    const outcome = await undoer.past.undo({ ...RULES, version }).catch((error: unknown) => {
      expect(isZarrStoreError(error, "io"), String(error)).toBe(true);
      return undefined;
    });
    isArmed = false;
    world.dead.add(7);
    return { calls, world, before, isDone: outcome?.outcome === "undone" };
  };
  const sound = await run(Number.POSITIVE_INFINITY);
  expect(sound.isDone).toBe(true);
  expect(sound.calls).toBeGreaterThan(15);
  const after = await sound.world.objects();
  expect(after).not.toEqual(sound.before);
  let undone = 0;
  let crashes = 0;
  for (let at = 0; at < sound.calls; at += stride) {
    const { world, before, isDone } = await run(at);
    const next = await world.open(8);
    await next.record("three").saveJson("next", { works: true });
    const { "images/three/analysis/next.json": _, ...found } = await world.objects();
    const reached = [before, after].findIndex((state) => JSON.stringify(state) === JSON.stringify(found));
    expect(reached, `a crash at call ${at} of ${sound.calls}`).toBeGreaterThanOrEqual(0);
    expect(isDone && reached === 0, "an undo that was acknowledged stands").toBe(false);
    // Whoever undoes again, undoes it once.
    const again = await next.past.undo({ ...RULES, version: await versionOfEdit(next) });
    expect(again).toMatchObject(
      reached === 0 ? { outcome: "undone" } : { outcome: "refused", because: "already_undone" },
    );
    const { "images/three/analysis/next.json": __, ...last } = await world.objects();
    expect(last).toEqual(after);
    const { problems } = await auditStore(world.store);
    // Whose a staging directory is that holds half a name and nothing else, only its age tells: it is left to gc.
    const isNameless = (problem: string): boolean =>
      /^__staging\/\d+-7-\d+(\/__owner\.json is left in staging| is left)$/.test(problem);
    expect(problems.filter((problem) => !isNameless(problem))).toEqual([]);
    crashes++;
    undone += reached;
  }
  return { crashes, undone };
}

async function versionOfEdit(dataset: ZarrDataset): Promise<number | undefined> {
  return (await Array.fromAsync(dataset.log())).findLast(({ message }) => message === "the edit")?.version;
}
