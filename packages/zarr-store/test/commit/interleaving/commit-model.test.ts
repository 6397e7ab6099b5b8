import { describe, expect, it } from "vitest";
import { exploreCommits, type Scenario } from "./commit-model.ts";

interface Expectation extends Scenario {
  /** As `commit_model.py` prints them. */
  readonly states: { readonly full: number; readonly naive: number };
  /** What the naive deletion loses, and cannot read, in how many states. */
  readonly naive: { readonly lost: number; readonly stray: number; readonly unreadable: number };
}

const NONE = { lost: 0, stray: 0, unreadable: 0 };

const SCENARIOS: readonly Expectation[] = [
  {
    name: "two create the same new path",
    initial: { x: "o" },
    writers: [{ P: "A" }, { P: "B" }],
    states: { full: 241, naive: 241 },
    naive: NONE,
  },
  {
    name: "two replace the same path",
    initial: { P: "o" },
    writers: [{ P: "A" }, { P: "B" }],
    states: { full: 241, naive: 241 },
    naive: NONE,
  },
  {
    name: "one deletes, one re-creates with other bytes",
    initial: { P: "o" },
    writers: [{ P: null }, { P: "B" }],
    states: { full: 368, naive: 365 },
    naive: { lost: 12, stray: 0, unreadable: 12 },
  },
  {
    name: "one deletes, one re-creates with the same bytes",
    initial: { P: "o" },
    writers: [{ P: null }, { P: "o" }],
    states: { full: 332, naive: 308 },
    naive: { lost: 18, stray: 0, unreadable: 18 },
  },
  {
    name: "two delete, one re-creates with the same bytes",
    initial: { P: "o" },
    writers: [{ P: null }, { P: null }, { P: "o" }],
    states: { full: 17948, naive: 13388 },
    naive: { lost: 1632, stray: 0, unreadable: 1632 },
  },
  {
    name: "delete, re-create, and an unrelated change",
    initial: { P: "o", Q: "o" },
    writers: [{ P: null }, { P: "B" }, { Q: "C" }],
    states: { full: 9734, naive: 9575 },
    naive: { lost: 462, stray: 36, unreadable: 462 },
  },
  {
    name: "delete, re-create with the same bytes, and an unrelated change",
    initial: { P: "o", Q: "o" },
    writers: [{ P: null }, { P: "o" }, { Q: "C" }],
    states: { full: 9440, naive: 8201 },
    naive: { lost: 795, stray: 0, unreadable: 795 },
  },
  {
    name: "delete, re-create, delete",
    initial: { P: "o" },
    writers: [{ P: null }, { P: "B" }, { P: null }],
    states: { full: 20294, naive: 19388 },
    naive: { lost: 1128, stray: 0, unreadable: 1128 },
  },
  {
    name: "three create the same new path",
    initial: { x: "o" },
    writers: [{ P: "A" }, { P: "B" }, { P: "C" }],
    states: { full: 14824, naive: 14824 },
    naive: NONE,
  },
  {
    name: "two change the same two paths",
    initial: { P: "o", Q: "o" },
    writers: [
      { P: "A", Q: "A" },
      { P: "B", Q: "B" },
    ],
    states: { full: 417, naive: 417 },
    naive: NONE,
  },
];

describe("every interleaving of the writers, every state recovered", () => {
  it.each(SCENARIOS)("$name: the protocol loses nothing, leaves nothing, hides nothing", (scenario) => {
    expect(exploreCommits("full", scenario)).toEqual({ states: scenario.states.full, ...NONE });
  });

  it.each(SCENARIOS)("$name: the naive deletion does what the model says of it", (scenario) => {
    expect(exploreCommits("naive", scenario)).toEqual({ states: scenario.states.naive, ...scenario.naive });
  });

  it("finds the naive deletion bad in every scenario with a deletion, and in no other", () => {
    const isFoundBad = SCENARIOS.map((scenario) => exploreCommits("naive", scenario).lost > 0);
    const hasDeletion = SCENARIOS.map(({ writers }) =>
      writers.some((wants) => Object.values(wants).includes(null)),
    );
    expect(isFoundBad).toEqual(hasDeletion);
    expect(isFoundBad.filter(Boolean)).toHaveLength(6);
  });
});
