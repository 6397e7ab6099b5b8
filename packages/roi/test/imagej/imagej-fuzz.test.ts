import { expect, test } from "vitest";
import { fuzzImageJ } from "./imagej-fuzz.ts";

test("changed .roi and zip files are refused by a typed error, or read as what they say", async () => {
  const tallies = await fuzzImageJ({ every: 5, mutations: 300 });
  for (const { name, runs, same, refused, faults } of tallies) {
    console.log(
      `${name}: ${runs} runs, ${same} same, ${refused} refused, ${faults.length} silently different`,
    );
  }
  expect(
    tallies.flatMap(({ name, faults }) => faults.slice(0, 3).map((fault) => `${name}, ${fault}`)),
  ).toEqual([]);
  for (const { name, same, refused } of tallies) {
    expect([name, same > 50, refused > 50]).toEqual([name, true, true]);
  }
});
