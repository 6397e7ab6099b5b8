import { expect, test } from "vitest";
import { decideBase, type RecordedPull } from "../../src/pull/pull-base.ts";

const COMMON = { version: 3, recordSha256: "c" };
const pulled = (at: number, version: number): RecordedPull => ({
  at,
  note: { version, recordSha256: `${version}`, from: "x", persons: [], isComplete: true },
});

test.each([
  ["without pulls, the last common commit", undefined, undefined, "ours", 3],
  ["after a pull of this copy, what that took in", pulled(8, 5), undefined, "theirs", 5],
  ["after a pull of the other copy, what that took in of this one", undefined, pulled(9, 6), "ours", 6],
  ["after a pull here, and then one there that took it in, the later", pulled(8, 5), pulled(9, 8), "ours", 8],
  [
    "after a pull there, and then one here that took it in, the later",
    pulled(10, 9),
    pulled(9, 6),
    "theirs",
    9,
  ],
  ["after pulls at the same time, what this one took in", pulled(8, 5), pulled(6, 7), "theirs", 5],
] as const)("the base is %s", (_, ours, theirs, of, version) => {
  expect(decideBase(COMMON, ours, theirs)).toMatchObject({ of, point: { version } });
});
