// Measures velocities and diameters on scans of known truth, and writes the tables of docs/accuracy.md.

/** `npx -y pnpm@12 bench:accuracy` writes them anew: the same scans, and so the same tables, each time. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { diameterTable } from "./diameter-table.ts";
import { percent } from "./markdown-table.ts";
import { startScikitImage } from "./scikit-image.ts";
import {
  disturbanceTable,
  mirrorTable,
  noiseTable,
  qualityThreshold,
  speedTable,
  stallTable,
  zeroTable,
} from "./velocity-tables.ts";

const page = new URL("../../docs/accuracy.md", import.meta.url);
const folder = makeBenchFolder();
const peer = await startScikitImage(folder);
try {
  const threshold = await qualityThreshold();
  const parts: Readonly<Record<string, string>> = {
    "speed at 0.284 µm": await speedTable(peer, 0.284),
    "speed at 0.829 µm": await speedTable(peer, 0.829),
    noise: await noiseTable(peer),
    disturbances: await disturbanceTable(),
    stalls: await stallTable(),
    zero: await zeroTable(),
    quality: `${threshold.table}\n\n**\`peakRatio\` ≥ ${threshold.peakRatio}** rejects ${percent(threshold.rejectedWrong)} of the wrong windows, and ${percent(threshold.rejectedGood)} of the good ones.`,
    mirror: await mirrorTable(),
    diameter: await diameterTable(),
  };
  await writeFile(page, withParts(await readFile(page, "utf8"), parts));
} finally {
  peer.end();
  await rm(folder, { recursive: true });
}

/** Puts each part between the two comments that name it. */
function withParts(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((page, [name, part]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const start = page.indexOf(open);
    const stop = page.indexOf(close);
    if (start < 0 || stop < start) {
      throw new Error(`docs/accuracy.md has no place for ${name}`);
    }
    return `${page.slice(0, start + open.length)}\n${part}\n${page.slice(stop)}`;
  }, text);
}
