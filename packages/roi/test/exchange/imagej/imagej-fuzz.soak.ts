import { expect, test } from "vitest";
import { fuzzImageJ } from "./imagej-fuzz.ts";

test("every bit flipped and 3000 mutations for each .roi and zip file: 0 silently different", async () => {
  const tallies = await fuzzImageJ({ every: 1, mutations: 3000 });
  for (const { name, runs, same, refused, faults } of tallies) {
    console.log(
      `${name}: ${runs} runs, ${same} same, ${refused} refused, ${faults.length} silently different`,
    );
  }
  expect(
    tallies.flatMap(({ name, faults }) => faults.slice(0, 3).map((fault) => `${name}, ${fault}`)),
  ).toEqual([]);
  expect(tallies.reduce((sum, { runs }) => sum + runs, 0)).toBeGreaterThan(35_000);
}, 300_000);
