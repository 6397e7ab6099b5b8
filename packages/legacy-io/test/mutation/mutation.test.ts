import { expect, test } from "vitest";
import { fuzzAll } from "./fuzz-all.ts";
import { fuzzParser } from "./fuzz-parsers.ts";
import { FUZZED_NPY } from "./fuzzed-npy.ts";

const RUNS = 1000;

test(`${RUNS} changed files for each parser: a typed error, or what another reader says`, async () => {
  for (const { name, runs, same, refused, faults } of await fuzzAll(RUNS, 7)) {
    expect(faults.slice(0, 3), name).toEqual([]);
    expect(same + refused).toBe(runs);
    // A parser that refuses everything would agree with anybody.
    expect(same, name).toBeGreaterThan(RUNS / 20);
    expect(refused, name).toBeGreaterThan(0);
  }
});

test("a parser that is wrong in one element, or that throws what is no error of its own, is found out", async () => {
  const flawed: typeof FUZZED_NPY = {
    ...FUZZED_NPY,
    read: async (bytes) => {
      const array = await FUZZED_NPY.read(bytes);
      if (array.dtype === "uint8" && array.data instanceof Uint8Array) {
        array.data.set([99], 5);
      }
      return array;
    },
  };
  const careless: typeof FUZZED_NPY = {
    ...FUZZED_NPY,
    read: (bytes) => {
      if (bytes[0] !== 0x93) {
        throw new RangeError("offset is out of bounds");
      }
      return FUZZED_NPY.read(bytes);
    },
  };
  expect((await fuzzParser(flawed, 200)).faults.length).toBeGreaterThan(0);
  expect((await fuzzParser(careless, 200)).faults.join()).toContain("RangeError: offset is out of bounds");
});
