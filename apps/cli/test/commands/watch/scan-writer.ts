// A process that writes a TIFF into a folder as some microscope or program does: node scan-writer.ts HOW FROM TO
import { copyFile, open, readFile, rename, truncate } from "node:fs/promises";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** Shorter than the watch's time to settle in the tests. */
const PAUSE_MS = 150;
const STEPS = 8;

const [how = "", from = "", to = ""] = process.argv.slice(2);
const bytes = await readFile(from);
switch (how) {
  case "grow":
    await writeSlowly(to, "w");
    break;
  case "reserve": {
    // The file has its full size from the beginning, and its header before its pixels.
    const file = await open(to, "w");
    await file.close();
    await truncate(to, bytes.length);
    await writeSlowly(to, "r+");
    break;
  }
  case "rename":
    await writeSlowly(`${to}.part`, "w");
    await rename(`${to}.part`, to);
    break;
  case "replace":
    await copyFile(from, `${to}.part`);
    await rename(`${to}.part`, to);
    break;
  default:
    throw new Error(`unknown way to write: ${how}`);
}

async function writeSlowly(path: string, flags: string): Promise<void> {
  await using file = await open(path, flags);
  const step = Math.ceil(bytes.length / STEPS);
  for (let start = 0; start < bytes.length; start += step) {
    await file.write(bytes, start, Math.min(step, bytes.length - start), start);
    await sleep(PAUSE_MS);
  }
}
