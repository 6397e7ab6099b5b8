import { expect, test } from "vitest";
import { fuzzImageJ } from "./imagej-fuzz.ts";

test("changed .roi and zip files are refused by a typed error, or read as what they say", async () => {
  const tallies = await fuzzImageJ({ every: 11, mutations: 150 });
  for (const { name, runs, same, refused, faults } of tallies) {
    console.log(
      `${name}: ${runs} runs, ${same} same, ${refused} refused, ${faults.length} silently different`,
    );
  }
  expect(
    tallies.flatMap(({ name, faults }) => faults.slice(0, 3).map((fault) => `${name}, ${fault}`)),
  ).toEqual([]);
  for (const { name, same, refused } of tallies) {
    expect([name, same > 20, refused > 20]).toEqual([name, true, true]);
  }
});
