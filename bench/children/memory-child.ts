// Runs one task of `bench:memory` in a process of its own, and prints its greatest resident size in bytes.

import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { loadBuild } from "../against/load-build.ts";
import { madeScan } from "../inputs/made-scan.ts";

const [root = "", task = "", path = "", argument = ""] = process.argv.slice(2);
const { createNdArray, ingestLegacyFolder, openLocalDataset } = await loadBuild(root, [
  "createNdArray",
  "ingestLegacyFolder",
  "openLocalDataset",
]);
await run();
console.log(greatestResidentBytes());

async function run(): Promise<void> {
  await using dataset = await openLocalDataset(path, {
    mode: task.startsWith("read") ? "r" : "a",
    durability: "none",
  });
  const [id = ""] = await dataset.listImageIds();
  switch (task) {
    case "ingest":
    case "ingest by three": {
      const { ingested } = await ingestLegacyFolder(dataset, argument, task === "ingest" ? {} : { jobs: 3 });
      if (ingested.length === 0) {
        throw new Error("nothing was ingested");
      }
      return;
    }
    case "write":
      await dataset.addImage(madeScan(createNdArray, [Number(argument), 38]));
      return;
    case "read all":
      await dataset.record(id).loadArray();
      return;
    case "read rows":
      await dataset.record(id).loadRegion([{ start: 100_000, stop: 100_500 }, undefined]);
      return;
    default:
      throw new Error(`no task ${task}`);
  }
}

/**
 * Linux counts it from the start of the program. The `maxrss` of other systems begins with the size of the
 * parent.
 */
function greatestResidentBytes(): number {
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1024;
}
