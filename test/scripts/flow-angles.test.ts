// Checks that the tables of sines and tangents are what their script computes, and are right.

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { angleTables, angleTablesText } from "../../scripts/flow-angles.ts";

test("the tables in the source are those that the script computes", async () => {
  const file = new URL("../../packages/flow/src/radon/angles/angle-tables.ts", import.meta.url);
  expect(await readFile(file, "utf8")).toBe(angleTablesText(angleTables()));
});

test("sines and tangents are within a unit in the last place of the runtime's, and exact where they can be", () => {
  const { sine, tangent } = angleTables();
  expect([sine.length, tangent.length]).toEqual([361, 360]);
  expect([sine[0], sine[120], sine[360], tangent[0], tangent[180]]).toEqual([0, 0.5, 1, 0, 1]);
  for (const [quarters, value] of sine.entries()) {
    const angle = (quarters * Math.PI) / 720;
    expect(Math.abs(value - Math.sin(angle))).toBeLessThanOrEqual(2 ** -52);
    expect(value ** 2 + (sine[360 - quarters] ?? 0) ** 2).toBeCloseTo(1, 14);
    if (quarters < 360) {
      expect((tangent[quarters] ?? 0) * (sine[360 - quarters] ?? 0)).toBeCloseTo(value, 14);
    }
  }
});
