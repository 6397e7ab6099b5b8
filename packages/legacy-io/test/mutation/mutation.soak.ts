import { expect, it } from "vitest";
import { fuzzAll } from "./fuzz-all.ts";

const RUNS = 12_000;

it(`${RUNS} changed files for each parser: a typed error, or what another reader says`, async () => {
  const tallies = await fuzzAll(RUNS, 2024);
  expect(
    tallies.flatMap(({ name, faults }) => faults.slice(0, 3).map((fault) => `${name}, ${fault}`)),
  ).toEqual([]);
  expect(Math.min(...tallies.map(({ runs }) => runs))).toBeGreaterThanOrEqual(10_000);
}, 300_000);
