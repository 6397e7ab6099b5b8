// Ingests a folder, or one shard of it, in a process of its own, and says what it took.

import { performance } from "node:perf_hooks";
import process from "node:process";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { openLocalDataset } from "@kym/zarr-store/node";

const [folder = "", path = "", index = "", count = ""] = process.argv.slice(2);
const shard = count === "" ? undefined : { index: Number(index), count: Number(count) };
let [lockedAt, lockMs, locks]: [number | undefined, number, number] = [undefined, 0, 0];
const endLock = (): void => {
  lockMs += lockedAt === undefined ? 0 : performance.now() - lockedAt;
  lockedAt = undefined;
};
const began = performance.now();
{
  await using dataset = await openLocalDataset(path, {
    lock: { timeoutMs: 3_600_000 },
    onStep: (step) => {
      if (step === "locked") {
        endLock();
        lockedAt = performance.now();
        locks++;
      }
    },
  });
  const transaction = dataset.transaction.bind(dataset);
  dataset.transaction = async (...given) => {
    try {
      return await transaction(...given);
    } finally {
      endLock();
    }
  };
  await ingestLegacyFolder(dataset, folder, { shard, jobs: 1 });
}
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(
  JSON.stringify({
    ...{ locks, lockMs, wallMs: performance.now() - began },
    ...{ cpuMs: (userCPUTime + systemCPUTime) / 1000, maxRssMb: maxRSS / 1024 },
  }),
);
