// Ingests a folder in a process of its own, and prints its greatest resident size in bytes. Arguments: the folder, the dataset.
import { readFileSync } from "node:fs";
import process from "node:process";
import { openLocalDataset } from "@kym/zarr-store/node";
import { ingestLegacyFolder } from "../../../src/node/index.ts";

const [folder = "", path = ""] = process.argv.slice(2);
await using dataset = await openLocalDataset(path, { mode: "a", durability: "none" });
await ingestLegacyFolder(dataset, folder);
// Linux counts it from the start of the program; `maxrss` begins with the size of the parent.
const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
console.log(Number(kilobytes) * 1024);
