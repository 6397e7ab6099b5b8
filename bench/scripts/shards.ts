// Measures shards of an ingest: two beside one process, eight on a slow place, and the memory of one; docs/scale.md has the figures.

/**
 * Two workers are judged by CPU time, which the load of a machine changes least. On the slow place each call takes 5 ms, by the library
 * of the soak suite.
 *
 *     npx -y pnpm@12 bench:shards [images] [images on the slow place]
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { KillShim } from "../../packages/zarr-store/test/commit/every-call/kill-shim.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { writeTiffFolder } from "../inputs/tiff-folder.ts";

const run = promisify(execFile);
const { positionals } = readBenchArguments();
const [images = 60, slowImages = 1000] = positionals.map(Number);
const SLOW_SHARDS = 8;
const CHILD = join(import.meta.dirname, "../children/shard-child.ts");

interface Taken {
  readonly locks: number;
  readonly lockMs: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly maxRssMb: number;
}

/** Runs so many shards at once, or one process without a shard. */
async function ingest(
  lab: string,
  path: string,
  shards: number,
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly Taken[]> {
  const node = ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning", CHILD, lab, path];
  const children = Array.from({ length: shards }, (_, index) =>
    run(process.execPath, shards === 1 ? node : [...node, `${index}`, `${shards}`], { env }),
  );
  return (await Promise.all(children)).map(({ stdout }): Taken => JSON.parse(stdout));
}

const sum = (taken: readonly Taken[], what: keyof Taken): number =>
  taken.reduce((total, one) => total + one[what], 0);
const most = (taken: readonly Taken[], what: keyof Taken): number =>
  Math.max(...taken.map((one) => one[what]));
const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);

const folder = makeBenchFolder();
try {
  const lab = join(folder, "lab");
  writeTiffFolder(lab, images);
  console.log(`load ${loadavg()[0]?.toFixed(1)}; ${images} TIFFs of a lab`);
  console.log("| processes | wall, s | CPU, s | most memory of one, MB | locks of one |");
  console.log("|---|---|---|---|---|");
  for (const shards of [1, 2, 4]) {
    const path = join(folder, `${shards}.zarr`);
    const taken = await ingest(lab, path, shards);
    const figures = [seconds(most(taken, "wallMs")), seconds(sum(taken, "cpuMs"))];
    console.log(
      `| ${[shards, ...figures, most(taken, "maxRssMb").toFixed(0), most(taken, "locks")].join(" | ")} |`,
    );
    rmSync(path, { recursive: true });
  }
  const whyNot = slowImages > 0 ? await KillShim.whyNot() : "no images were asked for";
  if (whyNot !== undefined) {
    console.log(`The slow place was not measured: ${whyNot}`);
  } else {
    const scans = join(folder, "scans");
    mkdirSync(scans);
    for (let index = 0; index < slowImages; index++) {
      const data = Uint16Array.from({ length: 96 * 14 }, (_, pixel) => (pixel * 31 + index) % 4096);
      writeFileSync(join(scans, `${index}.tif`), writeImageJTiff({ dtype: "uint16", shape: [96, 14], data }));
    }
    await KillShim.with(async (shim) => {
      const place = join(folder, "slow");
      mkdirSync(place);
      const shimmed = shim.environment({ folder: place, hasLinks: true, countTo: join(folder, "count") });
      const env = { ...shimmed, KYM_SHIM_DELAY_US: "5000" };
      const taken = await ingest(scans, join(place, "study.zarr"), SLOW_SHARDS, env);
      const share = (100 * sum(taken, "lockMs")) / sum(taken, "wallMs");
      console.log(
        `${SLOW_SHARDS} shards of ${slowImages} images, 5 ms a call: ${seconds(most(taken, "wallMs"))} s, each under the lock for ${seconds(sum(taken, "lockMs") / SLOW_SHARDS)} s, ${share.toFixed(1)} % of its time, in at most ${most(taken, "locks")} locks; the lock is held for ${((100 * sum(taken, "lockMs")) / most(taken, "wallMs")).toFixed(0)} % of the whole`,
      );
    });
  }
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
} finally {
  rmSync(folder, { recursive: true });
}
