import { expect, test } from "vitest";
import { mergeOpenConflicts, type OpenConflict } from "../../src/merge/index.ts";

function conflict(
  key: string,
  fields: Readonly<Record<string, string>> | undefined,
  attachment = "a",
): OpenConflict {
  return {
    key,
    theirs: "removed",
    from: ["x"],
    attachments: [attachment],
    fields: fields && Object.entries(fields).map(([field, theirs]) => ({ field, base: undefined, theirs })),
  };
}

const merge = (base: OpenConflict[], ours: OpenConflict[], theirs: OpenConflict[]) =>
  mergeOpenConflicts({ base, ours, theirs }).map(({ conflict: { key, fields } }) => [
    key,
    fields?.map(({ field, theirs: value }) => `${field}=${value}`),
  ]);

test("a conflict that one copy opened is open, and one that a copy settled is not", () => {
  expect(
    merge(
      [conflict("a", undefined)],
      [conflict("b", undefined)],
      [conflict("a", undefined), conflict("c", undefined)],
    ),
  ).toEqual([
    ["b", undefined],
    ["c", undefined],
  ]);
});

test("of one artifact, fields that each copy settled are settled, and those that each opened are open", () => {
  const base = conflict("m", { x: "1", y: "1", z: "1" });
  expect(
    merge(
      [base],
      [conflict("m", { y: "1", z: "1", mine: "1" })],
      [conflict("m", { x: "1", z: "1", other: "2" })],
    ),
  ).toEqual([["m", ["z=1", "mine=1", "other=2"]]]);
  expect(merge([], [conflict("m", { x: "ours" })], [conflict("m", { x: "theirs" })])).toEqual([
    ["m", ["x=ours"]],
  ]);
});

test("a conflict that one copy settled and the other changed meanwhile stays open", () => {
  expect(merge([conflict("m", { x: "1" })], [], [conflict("m", { x: "2" })])).toEqual([["m", ["x=2"]]]);
  expect(merge([conflict("m", { x: "1" })], [conflict("m", { x: "2" })], [])).toEqual([["m", ["x=2"]]]);
});
