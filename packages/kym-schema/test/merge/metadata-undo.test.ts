import { expect, it } from "vitest";
import { METADATA_UNDO } from "../../src/merge/index.ts";

const text = (note: string, condition: string): string =>
  JSON.stringify({ version: "2.0", experiment_metadata: { note, condition } }, undefined, 2);

it("an undo takes back the field that the commit changed, and names the one that was changed again", () => {
  const base = text("second", "Ang");
  const theirs = text("first", "Ang");
  const merged = METADATA_UNDO.merge?.("metadata", { base, ours: text("second", "AngII"), theirs });
  expect(merged?.conflicts).toEqual([]);
  expect(JSON.parse(merged?.text ?? "")).toEqual(JSON.parse(text("first", "AngII")));
  expect(METADATA_UNDO.merge?.("metadata", { base, ours: text("third", "Ang"), theirs })?.conflicts).toEqual([
    "experiment_metadata.note",
  ]);
});

it("another artifact, and metadata that are no object, cannot be merged", () => {
  const same = text("a", "b");
  expect(METADATA_UNDO.merge?.("qc", { base: same, ours: same, theirs: same })).toBeUndefined();
  expect(METADATA_UNDO.merge?.("metadata", { base: "[]", ours: same, theirs: same })).toBeUndefined();
  expect(METADATA_UNDO.merge?.("metadata", { base: "{", ours: same, theirs: same })).toBeUndefined();
});
