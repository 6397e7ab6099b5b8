import { expect, test } from "vitest";
import { roundTo3 } from "../../../src/export/kymflow/database-csv.ts";

test("a database rounds to three decimals as Python's round does", () => {
  // round(x, 3) of CPython.
  const known: readonly (readonly [number, number])[] = [
    [0.0005, 0.001],
    [0.0015, 0.002],
    [0.0025, 0.003],
    [0.0625, 0.062],
    [0.1875, 0.188],
    [0.3125, 0.312],
    [-0.0625, -0.062],
    [1.3125, 1.312],
    [2.5005, 2.501],
    [1.0005, 1.0],
    [12345.6785, 12345.678],
    [4.118282794952393, 4.118],
    [1e22, 1e22],
  ];
  expect(known.map(([value]) => roundTo3(value))).toEqual(known.map(([, rounded]) => rounded));
});
