import { describe, expect, it } from "vitest";
import { type Editor, exploreEdits, type Replacement } from "./edit-model.ts";

const IN_PLACE: readonly Editor[] = ["writes in place"];
const BY_RENAME: readonly Editor[] = ["saves by rename"];
const BOTH: readonly Editor[] = ["writes in place", "saves by rename"];

/** States, edits lost in no stated window, those lost in one, and states without a file at the path; with one helper. */
type Counts = readonly [states: number, lost: number, lostInWindow: number, absent: number];

function countsOf(protocol: Replacement, editors: readonly Editor[], helpers: number): Counts {
  const { states, lost, lostInWindow, absent } = exploreEdits(protocol, editors, { helpers });
  return [states, lost, lostInWindow, absent];
}

describe.each([
  ["one that writes in place", IN_PLACE],
  ["one that saves by a rename", BY_RENAME],
  ["both at once", BOTH],
])("editors beside a commit, at every moment: %s", (_name, editors) => {
  it.each([0, 1, 2])(
    "nothing is lost but in the stated windows, with %i processes that finish the commit",
    (helpers) => {
      for (const protocol of ["link", "compare"] as const) {
        expect(exploreEdits(protocol, editors, { helpers })).toMatchObject({ lost: 0, absent: 0 });
      }
    },
  );
});

it("counts what each way of replacing loses", () => {
  const table = (editors: readonly Editor[], helpers: number): Record<string, Counts> => ({
    link: countsOf("link", editors, helpers),
    compare: countsOf("compare", editors, helpers),
    "rename only": countsOf("rename only", editors, helpers),
    "link, but settled early": countsOf("link, but settled early", editors, helpers),
    move: countsOf("move", editors, helpers),
  });
  expect(table(IN_PLACE, 1)).toEqual({
    link: [164, 0, 9, 0],
    compare: [76, 0, 6, 0],
    "rename only": [33, 4, 0, 0],
    "link, but settled early": [265, 8, 12, 0],
    move: [152, 0, 8, 26],
  });
  expect(table(BY_RENAME, 1)).toEqual({
    link: [149, 0, 25, 0],
    compare: [55, 0, 6, 0],
    "rename only": [27, 4, 4, 0],
    "link, but settled early": [226, 0, 42, 0],
    move: [117, 0, 0, 23],
  });
});

it("the alternative, to move the file aside, loses no file that is saved by a rename, but leaves the path empty", () => {
  expect(exploreEdits("move", BY_RENAME, { helpers: 2 })).toMatchObject({ lost: 0, lostInWindow: 0 });
  expect(exploreEdits("move", BY_RENAME, { helpers: 0 }).absent).toBeGreaterThan(0);
});
