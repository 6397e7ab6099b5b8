import { expect, test } from "vitest";
import { readCsv } from "../../src/index.ts";
import { roundTo3 } from "../../src/kymflow/database-csv.ts";
import { kymflowCsv, pythonFloat } from "../../src/kymflow/kymflow-csv.ts";

test("floats are written as Python's repr writes them", () => {
  const values = [1, -5553288, 0.0011699666666666, 1e-7, 1e16, -0, 123456789012345680, 5e-324];
  expect(values.map(pythonFloat)).toEqual([
    "1.0",
    "-5553288.0",
    "0.0011699666666666",
    "1e-07",
    "1e+16",
    "-0.0",
    "1.2345678901234568e+17",
    "5e-324",
  ]);
});

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

test("a text that a spreadsheet would run gets a quote before it, a number does not", () => {
  const text = (...values: readonly string[]) => ({ name: "note", isFloat: false, values });
  const bytes = kymflowCsv(
    [
      text("=1+1", "+x", "-x", "@x", "\tx", "\rx", "x=1", ""),
      { name: "v", isFloat: true, values: [-1, 2, 3, 4, 5, 6, 7, null] },
    ],
    8,
  );
  expect(new TextDecoder().decode(bytes)).toBe(
    `note,v\n'=1+1,-1.0\n'+x,2.0\n'-x,3.0\n'@x,4.0\n'\tx,5.0\n"'\rx",6.0\nx=1,7.0\n,\n`,
  );
  expect(readCsv(bytes).columns["v"]).toEqual(Float64Array.of(-1, 2, 3, 4, 5, 6, 7, Number.NaN));
});
