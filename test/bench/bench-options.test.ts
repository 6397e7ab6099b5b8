// Tests how the command line of `bench` is read, and that its rooms and goals have names of their own.

import { expect, test } from "vitest";
import { isWithin, parseBenchOptions } from "../../bench/goals/bench-options.ts";
import { ROOMS } from "../../bench/rooms/all-rooms.ts";

const KNOWN = ["ingest", "ingest.none.cp", "index"];

test("bench without a name takes all rooms, in full size, and writes nothing", () => {
  expect(parseBenchOptions([], KNOWN)).toEqual({
    ...{ names: [], rounds: undefined, json: undefined },
    ...{ isShort: false, check: false, write: false, list: false },
  });
});

test("bench reads names and options in any order", () => {
  const args = ["--short", "ingest.none", "--rounds", "3", "index", "--json=-"];
  expect(parseBenchOptions(args, KNOWN)).toMatchObject({
    ...{ names: ["ingest.none", "index"], rounds: 3, isShort: true, json: "-" },
  });
});

test.each([
  [["inges"], 'there is no measure "inges"; there are ingest, index'],
  [["--rounds", "0"], 'found "0"'],
  [["--rounds", "2.5"], 'found "2.5"'],
  [["--al"], "--al"],
])("bench refuses %j and says why", (args, message) => {
  expect(() => parseBenchOptions(args, KNOWN)).toThrow(message);
});

test("a name chooses what follows it after a dot, and nothing that only begins alike", () => {
  expect(isWithin("ingest.none.cp", "ingest.none")).toBe(true);
  expect(isWithin("ingest", "ingest")).toBe(true);
  expect(isWithin("ingestion", "ingest")).toBe(false);
});

test.each([false, true])("each goal has a name of its own below its room (short: %s)", (isShort) => {
  const ids = ROOMS.flatMap((room) => {
    const goals = room.goals({ isShort });
    expect(goals.filter(({ id }) => !id.startsWith(`${room.name}.`))).toEqual([]);
    return goals.map(({ id }) => id);
  });
  expect(ids.length).toBe(new Set(ids).size);
  expect(new Set(ROOMS.map(({ name }) => name)).size).toBe(ROOMS.length);
});
