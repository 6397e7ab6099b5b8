// A process that writes, renames, replaces and removes TIFFs in a folder at random: node random-writer.ts SEED STEPS FOLDER
import { open, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const [seed = "1", steps = "10", folder = ""] = process.argv.slice(2);
let random = Number(seed);
/** A number below `limit`. */
function below(limit: number): number {
  random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((random / 2 ** 32) * limit);
}

for (let step = 0; step < Number(steps); step++) {
  const name = `${seed}-${below(4)}`;
  const path = join(folder, `${name}.tif`);
  switch (below(8)) {
    case 0:
      await rm(path, { force: true });
      break;
    case 1:
      await rename(path, join(folder, `${name}-moved-${step}.tif`)).catch(() => undefined);
      break;
    case 2:
      await writeFile(join(folder, `${name}.score.json`), JSON.stringify({ step }));
      break;
    case 3:
      await writeFile(`${path}.part`, tiff(step));
      await rename(`${path}.part`, path);
      break;
    case 4:
      await (await open(path, "w")).close();
      await truncate(path, tiff(step).length);
      await writeSlowly(path, "r+", tiff(step));
      break;
    default:
      await writeSlowly(path, "w", tiff(step));
  }
  await sleep(below(300));
}

async function writeSlowly(path: string, flags: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, flags);
  for (let start = 0; start < bytes.length; start += 4096) {
    await file.write(bytes, start, Math.min(4096, bytes.length - start), start);
    await sleep(below(80));
  }
}

/** A little-endian TIFF of 100 × 64 pixels of 16 bits, other ones for each seed and step. */
function tiff(step: number): Uint8Array {
  const [width, height, tags] = [64, 100, 8];
  const bytes = new DataView(new ArrayBuffer(8 + 2 + tags * 12 + 4 + width * height * 2));
  const pixelsAt = bytes.byteLength - width * height * 2;
  bytes.setUint16(0, 0x4949, true);
  bytes.setUint16(2, 42, true);
  bytes.setUint32(4, 8, true);
  bytes.setUint16(8, tags, true);
  const entries = [
    [256, width],
    [257, height],
    [258, 16],
    [259, 1],
    [262, 1],
    [273, pixelsAt],
    [278, height],
    [279, width * height * 2],
  ] as const;
  for (const [index, [tag, value]] of entries.entries()) {
    bytes.setUint16(10 + index * 12, tag, true);
    bytes.setUint16(12 + index * 12, 4, true);
    bytes.setUint32(14 + index * 12, 1, true);
    bytes.setUint32(18 + index * 12, value, true);
  }
  for (let at = pixelsAt; at < bytes.byteLength; at += 2) {
    bytes.setUint16(at, (Number(seed) * 7919 + step * 104_729 + at) & 0xffff, true);
  }
  return new Uint8Array(bytes.buffer);
}
