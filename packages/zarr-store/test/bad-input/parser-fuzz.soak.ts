import { expect, it } from "vitest";
import { fuzzForeignParquet, fuzzParsers } from "./parser-fuzz.ts";

it("every bit flipped and 10 000 mutations for each parser: 0 silently different", async () => {
  const tallies = [...(await fuzzParsers({ every: 1, mutations: 10_000 })), await fuzzForeignParquet(2000)];
  for (const { name, runs, same, refused, faults } of tallies) {
    console.log(
      `${name}: ${runs} runs, ${same} same, ${refused} refused, ${faults.length} silently different`,
    );
  }
  expect(
    tallies.flatMap(({ name, faults }) => faults.slice(0, 3).map((fault) => `${name}, ${fault}`)),
  ).toEqual([]);
  expect(tallies.reduce((sum, { runs }) => sum + runs, 0)).toBeGreaterThan(110_000);
}, 300_000);
