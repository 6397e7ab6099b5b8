// Measures `kym show` of one scan on a terminal, in datasets of ten and of 10 000 images, beside reading the overview's file alone.

/**
 * The CPU time of the whole process, from source with compiled code kept. The scan is 30 000 × 38; the others are small. Where it has an overview,
 * the file of its pixels is gone while it is drawn, so nothing of it can be read. The peer is a bare node that reads the file of the
 * overview and parses it.
 *
 *     npx -y pnpm@12 bench:show [largest count] [rounds]
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { KymDataset } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { madeScan } from "../inputs/made-scan.ts";
import { median } from "../rounds/paired-rounds.ts";

const [largest = 10_000, rounds = 7] = process.argv.slice(2).map(Number);
const MAIN = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url));
const SHOWN = "the-scan";
const IMAGES_A_COMMIT = 500;
const folder = makeBenchFolder();
const used = join(folder, "used.json");
// A pipe that says it is a terminal, and the CPU time of the process at its end.
const wrapper = join(folder, "wrapper.mjs");
writeFileSync(
  wrapper,
  `import { writeFileSync } from "node:fs";
process.stdout.isTTY = true;
process.stdout.columns = 120;
process.on("exit", () => writeFileSync(${JSON.stringify(used)}, JSON.stringify(process.cpuUsage())));
process.argv.splice(1, 1);
await import(process.argv[1]);
`,
);
// The least that any program in Node has to do for this picture.
const bare = join(folder, "bare.mjs");
writeFileSync(
  bare,
  `import { readFileSync, writeFileSync } from "node:fs";
JSON.parse(readFileSync(process.argv[2], "utf8"));
writeFileSync(${JSON.stringify(used)}, JSON.stringify(process.cpuUsage()));
`,
);
try {
  for (const count of [10, largest]) {
    const path = join(folder, `${count}.zarr`);
    await makeDataset(path, count);
    const image = join(path, "images", SHOWN);
    if (count === 10) {
      console.log(`${count} images, without an overview: ${showMs(path).toFixed(0)} ms of CPU`);
    }
    await using dataset = await openLocalDataset(path, { summarize: summarizeMetadata });
    await new KymDataset(dataset).updateOverviews();
    await dataset.manifest.update();
    const [overview = ""] = readdirSync(join(image, "attachments"));
    const file = join(image, "attachments", overview);
    rmSync(join(image, "data", "c"), { recursive: true });
    const [ours, read] = [showMs(path), cpuMs([bare, file])];
    console.log(
      `${count} images, from the overview of ${statSync(file).size} bytes: ${ours.toFixed(0)} ms of CPU, 0 bytes of the pixels; node that reads this file alone ${read.toFixed(0)} ms: × ${(ours / read).toFixed(2)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function makeDataset(path: string, count: number): Promise<void> {
  await using dataset = await openLocalDataset(path, { mode: "a", summarize: summarizeMetadata });
  const small = createNdArray(
    "uint8",
    [4, 4],
    Uint8Array.from({ length: 16 }, (_, index) => index),
  );
  for (let first = 0; first < count; first += IMAGES_A_COMMIT) {
    await dataset.transaction(
      async (transaction) => {
        for (let index = first; index < Math.min(count, first + IMAGES_A_COMMIT); index++) {
          const image = index === 0 ? madeScan(createNdArray, [30_000, 38]) : small;
          await transaction.addImage(image, { id: index === 0 ? SHOWN : `small-${index}`, axes: ["t", "x"] });
        }
      },
      { message: "images" },
    );
  }
}

function showMs(path: string): number {
  return cpuMs(["--conditions=@kym/source", wrapper, MAIN, "show", path, SHOWN], "▀");
}

/** The median of the rounds. What the process prints must hold `expected`. */
function cpuMs(args: readonly string[], expected = ""): number {
  const times = Array.from({ length: rounds }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
    });
    if (status !== 0 || !stdout.includes(expected)) {
      throw new Error(`nothing was drawn: ${stderr}`);
    }
    const { user, system } = JSON.parse(readFileSync(used, "utf8")) as NodeJS.CpuUsage;
    return (user + system) / 1000;
  });
  return median(times);
}
