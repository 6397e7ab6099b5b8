// Tests that `docs/performance.md` is the page of the figures beside the benchmarks, changed by nobody.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { performancePage } from "../../bench/goals/performance-page.ts";
import { ROOMS } from "../../bench/rooms/all-rooms.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const FIGURES = JSON.parse(readFileSync(join(ROOT, "bench/performance.json"), "utf8"));

test("the page of performance is what `bench --write` makes of the last figures", () => {
  const page = performancePage(
    FIGURES,
    ROOMS.map(({ name }) => name),
  );
  expect(readFileSync(join(ROOT, "docs/performance.md"), "utf8")).toBe(page);
});

test("the page has every room that is not only for CI", () => {
  const measured = new Set(FIGURES.rooms.map(({ room }: { readonly room: string }) => room));
  const wanted = ROOMS.filter(({ isOnRequest }) => isOnRequest !== true).map(({ name }) => name);
  expect(wanted.filter((name) => !measured.has(name))).toEqual([]);
});

test("what was measured of a limit stands beside a goal that is not met, and nowhere else", () => {
  const [room] = FIGURES.rooms;
  const pageOf = (verdict: string): string => {
    const goals = [{ ...room.goals[0], verdict, words: "Two hashes took 82 ms." }];
    return performancePage({ ...FIGURES, rooms: [{ ...room, goals }] }, [room.room]);
  };
  expect(pageOf("not met")).toMatch(/^- \*\*.*\. Two hashes took 82 ms\.$/m);
  expect(pageOf("met")).not.toContain("Two hashes");
});
