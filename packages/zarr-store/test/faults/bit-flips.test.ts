import { expect, it } from "vitest";
import { flipBits, flipBitsOfLog } from "./bit-flips.ts";

/** Every bit in `bit-flips.soak.ts`. */
it("a flipped bit of an object is found by check, and is never read as another value", async () => {
  const { flips, files, refused } = await flipBits({ every: 197 });
  expect(flips).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(0);
  console.log(`${flips} flipped bits in ${files} objects: all found, none read as another value`);
});

it("a flipped bit of the log or the checkpoint is found by check, and never opens as another dataset", async () => {
  const { flips, files, right } = await flipBitsOfLog({ every: 229 });
  expect(flips).toBeGreaterThan(20);
  expect(right, "a checkpoint is not needed").toBeGreaterThan(0);
  console.log(
    `${flips} flipped bits in ${files} files of the log: all found, none opened as another dataset`,
  );
});
