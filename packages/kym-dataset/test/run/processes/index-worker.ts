/** A process that edits the events of its own images and indexes the dataset, again and again: `node index-worker.ts <task>`. */
import { writeSync } from "node:fs";
import process from "node:process";
import { openLocalDataset } from "@kym/zarr-store/node";
import { KymDataset, velocityEventIndexer } from "../../../src/index.ts";
import { eventRow, saveEvents } from "../../support/image-fixture.ts";
import type { IndexTask } from "./run-index-worker.ts";

const { folder, imageIds, rounds, firstScore, mode }: IndexTask = JSON.parse(process.argv[2] ?? "");
await using dataset = await openLocalDataset(folder, { durability: "none" });
const kym = new KymDataset(dataset);
let updated = 0;
for (let round = 0; round < rounds; round++) {
  for (const [index, imageId] of imageIds.entries()) {
    await saveEvents(dataset.record(imageId), [eventRow(firstScore + round * imageIds.length + index)]);
  }
  updated += (await kym.updateIndex(velocityEventIndexer, { mode })).updated;
}
writeSync(1, JSON.stringify({ updated }));
