// A process that ingests its shard of a folder into each dataset that its parent names.

import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { openLocalDataset } from "@kym/zarr-store/node";

const [folder = "", index = "", count = ""] = process.argv.slice(2);
const shard = { index: Number(index), count: Number(count) };

process.on("message", async ({ path, pauseMs }: { readonly path: string; readonly pauseMs: number }) => {
  let reads = 0;
  await setTimeout(pauseMs);
  try {
    await using dataset = await openLocalDataset(path);
    await ingestLegacyFolder(dataset, folder, {
      shard,
      pattern: "*.tif",
      onEvent: ({ type }) => {
        reads += type === "read" ? 1 : 0;
      },
    });
    process.send?.({ reads });
  } catch (error) {
    process.send?.({ reads, fault: String(error) });
  }
});
process.send?.("ready");
