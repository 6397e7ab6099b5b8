import { expect, it } from "vitest";
import { fuzzForeignParquet, fuzzParsers } from "./parser-fuzz.ts";

it("bytes that were changed are refused by a typed error, or read as what they say", async () => {
  const tallies = [...(await fuzzParsers({ every: 17, mutations: 300 })), await fuzzForeignParquet(150)];
  for (const { name, runs, same, refused, faults } of tallies) {
    console.log(
      `${name}: ${runs} runs, ${same} same, ${refused} refused, ${faults.length} silently different`,
    );
  }
  expect(
    tallies.flatMap(({ name, faults }) => faults.slice(0, 3).map((fault) => `${name}, ${fault}`)),
  ).toEqual([]);
  for (const { name, refused } of tallies) {
    expect([name, refused > 50]).toEqual([name, true]);
  }
});
