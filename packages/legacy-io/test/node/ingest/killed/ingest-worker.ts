import { openLocalDataset } from "@kym/zarr-store/node";
import { ingestLegacyFolder } from "../../../../src/node/index.ts";

/** Ingests a folder as a process of its own, and says on stdout, a line each, what it has planned and read. */
const [lab = "", path = ""] = process.argv.slice(2);
await using dataset = await openLocalDataset(path, { durability: "none" });
const report = await ingestLegacyFolder(dataset, lab, {
  onEvent: (event) => {
    if (event.type !== "committed") {
      process.stdout.write(`${event.type} ${event.type === "planned" ? event.toIngest : event.done}\n`);
    }
  },
});
process.stdout.write(`report ${JSON.stringify(report)}\n`);
