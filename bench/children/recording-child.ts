// Reads a recording whole in a process of its own, and prints what that took, its greatest resident size and the hash of its pixels.

import { createHash } from "node:crypto";
import process from "node:process";
import { openTiff } from "@kym/legacy-io/node";

const [path = ""] = process.argv.slice(2);
const before = process.cpuUsage();
const begun = performance.now();
const { pixelStore } = await openTiff(path);
const { shape } = await pixelStore.describe();
const { data } = await pixelStore.loadRegion(shape.map(() => undefined));
const ms = performance.now() - begun;
const { user, system } = process.cpuUsage(before);
const peakBytes = process.resourceUsage().maxRSS * 1024;
const sha256 = createHash("sha256")
  .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  .digest("hex");
console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, peakBytes, sha256 }));
