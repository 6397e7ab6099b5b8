import { expect, it } from "vitest";
import { costRatios, creationCost } from "./creation-cost.ts";

it.each([1, 100])(
  "10 000 images, %i in a commit, cost at most 12 times what 1 000 cost",
  async (perCommit) => {
    const small = await creationCost(1000, perCommit);
    const large = await creationCost(10_000, perCommit);
    const { calls, bytes } = costRatios(large, small);
    console.log(
      `10 000 images, ${perCommit} in a commit: ${large.calls} calls (${calls.toFixed(2)} × 1 000), ` +
        `${large.bytesRead + large.bytesWritten} bytes (${bytes.toFixed(2)} × 1 000)`,
    );
    expect(calls).toBeLessThanOrEqual(12);
    expect(bytes).toBeLessThanOrEqual(12);
  },
  600_000,
);
