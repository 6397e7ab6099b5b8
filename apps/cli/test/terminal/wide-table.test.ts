import { describe, expect, it } from "vitest";
import { recordList } from "../../src/screen/record-list.ts";
import { fitsWidth, textTable } from "../../src/terminal/text-table.ts";

const COLUMNS = [
  { title: "file", shrinks: "path" as const },
  { title: "vel_mean", align: "right" as const },
];
const ROWS = [
  ["28d AngII/20250722/20250722_A89_0002.tif", "-1.1480221427577417"],
  ["a.tif", "12"],
];

describe("a table on a terminal", () => {
  it("fits if its texts shrink enough, and its numbers keep every digit", () => {
    expect(fitsWidth(COLUMNS, ROWS, 40)).toBe(true);
    const lines = textTable(COLUMNS, ROWS, { maxWidth: 40 }).trimEnd().split("\n");
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(40);
    expect(lines[1]).toContain("  -1.1480221427577417");
    expect(lines[1]).toMatch(/^….*0002\.tif /);
  });

  it("does not fit where its numbers alone are too wide, and then is a list of records with nothing cut", () => {
    expect(fitsWidth(COLUMNS, ROWS, 25)).toBe(false);
    expect(recordList(COLUMNS, ROWS)).toBe(
      [
        "row 1 of 2",
        "  file      28d AngII/20250722/20250722_A89_0002.tif",
        "  vel_mean  -1.1480221427577417",
        "",
        "row 2 of 2",
        "  file      a.tif",
        "  vel_mean  12",
        "",
      ].join("\n"),
    );
  });

  it("of a hundred thousand rows is measured without running out of stack", () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => [`${index}.tif`, String(index)]);
    expect(fitsWidth(COLUMNS, rows, 80)).toBe(true);
    expect(textTable(COLUMNS, rows).split("\n")).toHaveLength(200_002);
  });
});
