import { expect, it } from "vitest";
import { startProgress } from "../../src/terminal/progress.ts";

/** The lines of a job on a terminal, one per item; item `n` takes `msOf(n)`. */
function linesOf(total: number, msOf: (item: number) => number, width = 80): readonly string[] {
  let written = "";
  let nowMs = 0;
  const terminal = {
    out: () => expect.unreachable("progress is no data"),
    err: (text: string) => {
      written += text;
    },
    outIsTty: true,
    errIsTty: true,
    width,
    color: false,
    errMoves: true,
  };
  const progress = startProgress(terminal, "loaded", "auto", () => nowMs);
  for (let item = 1; item <= total; item++) {
    nowMs += msOf(item);
    progress.update(item, total, `20250722_A89_${String(item).padStart(4, "0")}.tif`);
  }
  return written.split("\r\u001b[2K").slice(1);
}

it("progress says no time left before it can tell, and then one that does not count the slow start", () => {
  const lines = linesOf(600, (item) => (item <= 5 ? 4000 : 300));
  expect(lines[0]).not.toContain("left");
  expect(lines[8]).not.toContain("left");
  const minutesAt = (line: number): number => Number(/(\d+) min left/.exec(lines[line] ?? "")?.[1]);
  expect(minutesAt(120)).toBe(3);
  expect(lines[598]).toContain(" · 1 s left");
});

it("progress keeps the file name whole at 80 columns, and cuts its beginning visibly where there is no room", () => {
  expect(linesOf(600, () => 300)[300]).toMatch(
    /^█+░+ loaded 301 of 600 · 3\.3\/s · 2 min left · 20250722_A89_0301\.tif$/,
  );
  const narrow = linesOf(600, () => 300, 60)[300] ?? "";
  expect(narrow.length).toBeLessThan(60);
  expect(narrow).toMatch(/ · ….+\.tif$/);
});
