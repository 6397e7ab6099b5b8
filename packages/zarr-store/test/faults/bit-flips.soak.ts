import { expect, it } from "vitest";
import { flipBits, flipBitsOfLog } from "./bit-flips.ts";

it("every bit of an object up to 2 KiB, and 64 of each larger one", async () => {
  const { flips, files, refused, right } = await flipBits({ every: 1 });
  expect(flips).toBeGreaterThan(20_000);
  console.log(
    `${flips} flipped bits in ${files} objects, all found: ${refused} reads refused, ${right} right`,
  );
}, 600_000);

it("every bit of the log and the checkpoint", async () => {
  const { flips, files, refused, right } = await flipBitsOfLog({ every: 1 });
  expect(flips).toBeGreaterThan(5000);
  console.log(
    `${flips} flipped bits in ${files} files of the log, all found: ${refused} refused, ${right} right`,
  );
}, 600_000);
