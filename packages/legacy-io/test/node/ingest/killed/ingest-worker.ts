import { openLocalDataset } from "@kym/zarr-store/node";
import { syncFolder } from "../../../../src/node/ingest/sync-folder.ts";

/** Ingests a folder as a process of its own, with or without threads, and says on stdout, a line each, what it has planned and read. */
const [lab = "", path = "", threads = "0"] = process.argv.slice(2);
await using dataset = await openLocalDataset(path, { durability: "none" });
const report = await syncFolder(
  dataset,
  lab,
  { mode: "skip", onChange: "new-record" },
  {
    ...(threads === "0"
      ? { threads: { fromBytes: Number.POSITIVE_INFINITY } }
      : { jobs: Number(threads), threads: { fromBytes: 0 } }),
    onEvent: (event) => {
      if (event.type !== "committed" && event.type !== "found") {
        process.stdout.write(`${event.type} ${event.type === "planned" ? event.toIngest : event.done}\n`);
      }
    },
  },
);
process.stdout.write(`report ${JSON.stringify(report)}\n`);
