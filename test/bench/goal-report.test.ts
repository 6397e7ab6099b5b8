// Tests the tables, the closing line and the page that are made of judged goals.

import { expect, test } from "vitest";
import type { JudgedGoal } from "../../bench/goals/goal.ts";
import {
  type BenchReport,
  closingLineOf,
  mergeReports,
  type RoomReport,
  reportText,
  roomTable,
} from "../../bench/goals/goal-report.ts";
import { digits, padTable } from "../../bench/goals/goal-table.ts";
import { performancePage } from "../../bench/goals/performance-page.ts";

const spread = (median: number) => ({ median, best: median });
const MET: JudgedGoal = {
  ...{ id: "a.met", what: "reading", subject: "ours", peer: "theirs", verdict: "met" },
  bound: { kind: "as fast", atLeast: 2 },
  figure: spread(2.5),
  figureByCpu: spread(3),
};
const MISSED: JudgedGoal = {
  ...{ id: "a.missed", what: "writing", subject: "ours", peer: "theirs", verdict: "not met" },
  bound: { kind: "times", atMost: 2 },
  figure: spread(4),
  limit: "hashing",
  limitFigure: spread(3),
};
const LEFT_OUT: JudgedGoal = {
  ...{ id: "a.left-out", what: "threads", subject: "ours", verdict: "not measured", notMeasured: "one core" },
  bound: { kind: "alone", atMost: 3, unit: "ms" },
};
const SHOWN: JudgedGoal = { ...MET, id: "a.shown", verdict: "shown", bound: { kind: "beside" } };

function room(load: number, goals: readonly JudgedGoal[], name = "a"): RoomReport {
  return {
    room: name,
    title: `Room ${name}`,
    at: "2026-11-30, 0123abcd",
    load,
    rounds: 5,
    notes: ["Ten files."],
    goals,
  };
}

function report(...rooms: readonly RoomReport[]): BenchReport {
  return {
    ...{ format: 1, date: "2026-11-30", commit: "0123abcd", size: "full" },
    machine: { processors: 2, model: "A chip", memoryGb: 25, system: "linux 6", node: "24.1.0" },
    rooms,
  };
}

test("an idle machine shows the time that passed alone", () => {
  expect(roomTable(room(0.5, [MET]))).toBe(
    [
      "| measure | beside | goal | median | best | result |",
      "| --- | --- | --- | --- | --- | --- |",
      "| reading | theirs | ≥ 2 × as fast | 2.50 × | 2.50 × | met |",
    ].join("\n"),
  );
});

test("above a load of 0.5 the table says that it was not idle, and gives the seconds of processors", () => {
  const busy = room(0.51, [MET, { ...MET, by: "cpu" }]);
  expect(roomTable(busy).split("\n")).toEqual([
    "| measure | beside | goal | median | best | by CPU | result |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    "| reading | theirs | ≥ 2 × as fast | 2.50 × | 2.50 × | 3.00 × | met (not idle) |",
    "| reading | theirs | ≥ 2 × as fast, by CPU | 2.50 × | 2.50 × | 3.00 × | met |",
  ]);
  expect(reportText(report(busy))).toContain("load 0.51 before the first round: not idle");
});

test("a goal that is not met names its limit, and one that is not measured its reason", () => {
  const table = roomTable(room(0, [MISSED, LEFT_OUT]));
  expect(table).toContain("| not met; hashing alone: 3.00 × |");
  expect(table).toContain("| — | — | not measured: one core |");
});

test("columns are padded to one width for a terminal", () => {
  expect(padTable("| a | µm |\n| --- | --- |\n| long | 1 |")).toBe("a     µm\n----  --\nlong  1");
});

test.each([
  [123.4, "123"],
  [12.34, "12.3"],
  [1.234, "1.23"],
  [-0.5, "-0.50"],
])("%d is shown as %s", (value, text) => {
  expect(digits(value)).toBe(text);
});

test("the closing line counts a goal that was not measured as failed, and leaves out what is only shown", () => {
  expect(closingLineOf([MET, SHOWN])).toBe("1 passed, 0 failed");
  expect(closingLineOf([MET, MISSED, LEFT_OUT])).toBe("1 passed, 2 failed");
});

test("a run of some rooms keeps the last figures of the others, with the size at which they were measured", () => {
  const last = report(room(0, [MET], "a"), room(0, [MET], "b"));
  const next = report(room(3, [MISSED], "b"));
  expect(mergeReports(last, next).rooms.map((one) => [one.room, one.load])).toEqual([
    ["a", 0],
    ["b", 3],
  ]);
  expect(mergeReports({ ...last, size: "short" }, next).rooms.map((one) => [one.room, one.size])).toEqual([
    ["a", "short"],
    ["b", "full"],
  ]);
  expect(mergeReports(undefined, next)).toEqual({
    ...next,
    rooms: next.rooms.map((one) => ({ ...one, size: "full" })),
  });
});

test("the page has the machine, the load, the rooms in their order, and what stands in the way", () => {
  const page = performancePage(report(room(0, [MISSED], "b"), room(4, [MET], "a")), ["a", "b"]);
  expect(page).toContain("- **Machine:** 2 × A chip, 25 GB, linux 6, Node 24.1.0.");
  expect(page).toContain("- **Result:** 1 goals met, 1 not met, 0 not measured.");
  expect(page).toContain("not idle for a");
  expect(page.indexOf("## Room a")).toBeLessThan(page.indexOf("## Room b"));
  expect(page).toContain(
    "goal ≤ 2 × its time, now 4.00; hashing alone stands at 3.00, so the goal cannot be reached this way.",
  );
});

test("the page says where the limit leaves room for the goal", () => {
  const near = { ...MISSED, limitFigure: spread(1.5) };
  expect(performancePage(report(room(0, [near])), ["a"])).toContain("1.50, so the goal can be reached.");
  expect(performancePage(report(room(0, [MET])), ["a"])).toContain("Each goal that was measured is met.");
});

test("on a busy machine the page concludes nothing from the limit of a goal of time", () => {
  const busy = { ...MISSED, figureByCpu: spread(6), limitFigureByCpu: spread(5) };
  expect(performancePage(report(room(4, [busy])), ["a"])).toContain(
    "goal ≤ 2 × its time, now 6.00 by CPU; hashing alone stands at 5.00.",
  );
});
