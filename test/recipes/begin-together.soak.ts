import { expect, it } from "vitest";
import { beginTogether } from "./begin-together.ts";

const ROUNDS = Number(process.env["KYM_TOGETHER_ROUNDS"] ?? 2);
const IMAGES = 32;

it("16 shards that begin at one moment on an absent path make one dataset, lose nothing, and read nothing twice", async () => {
  const begun = await beginTogether({ rounds: ROUNDS, processes: 16, images: IMAGES, seed: "together" });
  expect(begun).toHaveLength(ROUNDS);
  for (const { faults, found, problems, readAgain, version } of begun) {
    expect({ faults, problems, readAgain }).toEqual({ faults: [], problems: [], readAgain: 0 });
    expect(found).toEqual(
      Object.fromEntries(Array.from({ length: IMAGES }, (_, index) => [`${index}.tif`, 1])),
    );
    // The dataset, and one commit of each shard that has images.
    expect(version).toBeLessThanOrEqual(17);
  }
}, 3_600_000);
