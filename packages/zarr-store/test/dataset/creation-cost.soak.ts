import { expect, it } from "vitest";
import { costRatios, creationCost } from "./creation-cost.ts";

// With more than 2 000 commits a session packs old records, which reads each of them once more: both sizes do that, or none.
it.each([
  [30_000, 3000, 1],
  [10_000, 1000, 100],
])(
  "%i images cost at most 12 times what %i cost, with %i in a commit",
  async (many, few, perCommit) => {
    const small = await creationCost(few, perCommit);
    const large = await creationCost(many, perCommit);
    const { calls, bytes } = costRatios(large, small);
    console.log(
      `${many} images, ${perCommit} in a commit: ${large.calls} calls (${calls.toFixed(2)} × those of ${few}), ` +
        `${large.bytesRead + large.bytesWritten} bytes (${bytes.toFixed(2)} times as many)`,
    );
    expect(calls).toBeLessThanOrEqual(12);
    expect(bytes).toBeLessThanOrEqual(12);
  },
  600_000,
);
