import { memoryStore, openDataset } from "../../src/index.ts";
import { countingStore, type StoreCounts } from "../../src/testing/index.ts";
import { testRuntime } from "../support/test-runtime.ts";

/** What it costs to make so many images in one session, `perCommit` in a commit, with the checkpoint at its end. */
export async function creationCost(images: number, perCommit: number): Promise<StoreCounts> {
  const { store, take } = countingStore(memoryStore());
  const array = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
  const idOf = (index: number): string => `image-${String(index).padStart(6, "0")}`;
  const dataset = await openDataset(store, { runtime: testRuntime() });
  for (let index = 0; index < images; index += perCommit) {
    await dataset.transaction(async (transaction) => {
      for (let id = index; id < index + perCommit; id++) {
        await transaction.addImage(array, { id: idOf(id), summary: { order: id } });
      }
    });
  }
  await dataset.close();
  return take();
}

export interface CostRatios {
  readonly calls: number;
  readonly bytes: number;
}

/** How often the cost of one size is in that of another. */
export function costRatios(large: StoreCounts, small: StoreCounts): CostRatios {
  const bytesOf = ({ bytesRead, bytesWritten }: StoreCounts): number => bytesRead + bytesWritten;
  return { calls: large.calls / small.calls, bytes: bytesOf(large) / bytesOf(small) };
}
