import type { CellValue, Row } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EventTable, eventValues, mergeEvents, resolveEvents } from "../../src/merge/index.ts";

const COLUMNS = [
  { name: "roi_id", type: "int64" as const, nullable: false },
  { name: "event_id", type: "utf8" as const, nullable: false },
  { name: "t_start_s", type: "float64" as const },
  { name: "event_type", type: "utf8" as const },
];

function table(...rows: readonly Row[]): EventTable {
  return { schema: { columns: COLUMNS }, rows };
}

function event(id: string, type: CellValue = "stall", start = 1.5): Row {
  return { roi_id: 1n, event_id: id, t_start_s: start, event_type: type };
}

const merged = (base: EventTable | undefined, ours: EventTable, theirs: EventTable) => {
  const merge = mergeEvents({ base, ours, theirs });
  if (merge.outcome !== "merged") {
    throw new Error(merge.because);
  }
  return merge;
};

test("each side's events are there: retyped, new and deleted ones", () => {
  const base = table(event("a"), event("b"), event("c"));
  const ours = table(event("a", "reversal"), event("b"), event("c"), event("mine"));
  const theirs = table(event("theirs"), event("a"), event("b", "User Added"));
  const { merged: result, conflicts, taken } = merged(base, ours, theirs);
  expect(conflicts).toEqual([]);
  expect(taken).toEqual(["event:b", "event:c", "event:theirs"]);
  expect(result.rows.map(({ event_id: id, event_type: type }) => `${id} ${type}`)).toEqual([
    "a reversal",
    "b User Added",
    "mine stall",
    "theirs stall",
  ]);
});

test("an event that both retyped, or that one deleted and the other changed, is a conflict, and ours stays", () => {
  const base = table(event("a"), event("b"));
  const { merged: result, conflicts } = merged(
    base,
    table(event("a", "x")),
    table(event("a", "y"), event("b", "z")),
  );
  expect(result.rows).toEqual([event("a", "x")]);
  expect(conflicts.map(({ field, ours }) => [field, ours === undefined])).toEqual([
    ["event:a", false],
    ["event:b", true],
  ]);
  expect(conflicts[0]?.theirs).toBe('{"roi_id":1,"event_id":"a","t_start_s":1.5,"event_type":"y"}');
});

test("a column that one side added comes too, and says the same as NULL elsewhere", () => {
  const more = {
    schema: { columns: [...COLUMNS, { name: "note", type: "utf8" as const }] },
    rows: [
      { ...event("a"), note: null },
      { ...event("b"), note: "thin" },
    ],
  };
  const { merged: result, taken } = merged(
    table(event("a"), event("b")),
    table(event("a"), event("b"), event("c")),
    more,
  );
  expect(taken).toEqual(["event:b"]);
  expect(result.schema.columns.map(({ name }) => name)).toEqual([
    "roi_id",
    "event_id",
    "t_start_s",
    "event_type",
    "note",
  ]);
  expect(result.rows.map(({ note }) => note)).toEqual([null, "thin", null]);
});

test("without a base, what both have alike passes, and everything else is a conflict", () => {
  const { conflicts, taken } = merged(
    undefined,
    table(event("a"), event("b")),
    table(event("a"), event("c")),
  );
  expect(conflicts.map(({ field }) => field)).toEqual(["event:b", "event:c"]);
  expect(taken).toEqual([]);
});

test.each([
  ["an event has no event_id", table({ ...event("a"), event_id: null }), table()],
  ["two events have the event_id a", table(event("a"), event("a", "x")), table()],
  [
    "the column roi_id is int64 here and utf8 there",
    table(event("a")),
    { schema: { columns: [{ name: "roi_id", type: "utf8" as const }] }, rows: [] },
  ],
] as const)("tables are not mergeable if %s", (because, ours, theirs) => {
  expect(mergeEvents({ base: undefined, ours, theirs })).toEqual({ outcome: "not mergeable", because });
});

test("chosen events become those of theirs, and no other does", () => {
  const [ours, theirs] = [
    table(event("a", "x"), event("b", "x"), event("c")),
    table(event("a", "y"), event("b", "y")),
  ];
  const settled = resolveEvents(
    ours,
    theirs,
    new Map([
      ["event:a", "theirs"],
      ["event:b", "ours"],
      ["event:c", "theirs"],
    ]),
  );
  expect(settled.rows).toEqual([event("a", "y"), event("b", "x")]);
  expect(resolveEvents(ours, theirs, new Map())).toBe(ours);
});

const events = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom("a", "b", "c", "d"),
      type: fc.constantFrom("x", "y", null),
      start: fc.constantFrom(1, 2.5),
    }),
    { selector: ({ id }) => id },
  )
  .map((rows) => table(...rows.map(({ id, type, start }) => event(id, type, start))));

test("no event is lost: a merge has what one side changed, and names what both did", () => {
  fc.assert(
    fc.property(events, events, events, (base, ours, theirs) => {
      const { merged: result, conflicts, taken } = merged(base, ours, theirs);
      const [was, our, their, now] = [base, ours, theirs, result].map(eventValues);
      for (const field of ["event:a", "event:b", "event:c", "event:d"]) {
        const [o, a, b] = [was?.get(field), our?.get(field), their?.get(field)];
        const isConflict = a !== b && a !== o && b !== o;
        expect(conflicts.some((each) => each.field === field)).toBe(isConflict);
        expect(taken.includes(field)).toBe(a === o && b !== o && !isConflict);
        expect(now?.get(field)).toBe(isConflict || b === o ? a : b);
      }
    }),
  );
});

test("a merge of events done again changes nothing, and is symmetric but for the side of a conflict", () => {
  fc.assert(
    fc.property(events, events, events, (base, ours, theirs) => {
      const once = merged(base, ours, theirs);
      const twice = merged(base, once.merged, theirs);
      expect(twice.merged).toBe(once.merged);
      expect(twice.conflicts).toEqual(once.conflicts);
      const other = merged(base, theirs, ours);
      const names = ({ conflicts }: typeof once): readonly string[] =>
        conflicts.map(({ field }) => field).sort();
      expect(names(other)).toEqual(names(once));
      const settled = resolveEvents(
        once.merged,
        theirs,
        new Map(names(once).map((name) => [name, "theirs" as const])),
      );
      expect(new Map([...eventValues(settled)].sort())).toEqual(
        new Map([...eventValues(other.merged)].sort()),
      );
    }),
  );
});
