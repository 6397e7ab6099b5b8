import { existsSync } from "node:fs";
import { join } from "node:path";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeEnvironment } from "../interop/python-environment.ts";
import {
  makeRecipeLab,
  RECIPES,
  type RecipeLab,
  rowsOfDataset,
  runProgram,
  SCANS,
  SHARDS,
} from "./recipe-lab.ts";
import { type SlurmCluster, startSlurm, whenJobsAreDone } from "./slurm-cluster.ts";

const python = await makeEnvironment(join(import.meta.dirname, "requirements.txt"), "recipes").catch(
  (error: Error) => {
    if (process.env["CI"]) {
      throw error;
    }
    console.warn(
      `\nThe recipes for Python are SKIPPED, because there is no Python for them: ${error.message}\n`,
    );
    return undefined;
  },
);
const cluster = await startSlurm().catch((error: Error) => error);
if (cluster instanceof Error) {
  console.warn(
    `\nThe Slurm array is SKIPPED, and runs as processes: Slurm cannot start here: ${cluster.message}\n`,
  );
}
let lab: RecipeLab;
beforeAll(async () => {
  lab = await makeRecipeLab();
}, 600_000);
afterAll(async () => {
  await lab.remove();
  await (cluster instanceof Error ? undefined : cluster.stop());
});

it.runIf(!(cluster instanceof Error))(
  "a Slurm array, with tasks killed in the middle and submitted again, gives the dataset of one process",
  async () => {
    const dataset = join(lab.cwd, "slurm.zarr");
    const { env } = cluster as SlurmCluster;
    const before = await lab.kills();
    // Killed tasks of one step hold back the next: the first time ends in ingest, the second in analyze.
    for (let submitted = 0; submitted < 3; submitted++) {
      expect(existsSync(join(lab.cwd, "slurm.html"))).toBe(false);
      const args = [lab.lab, dataset, String(SHARDS), `--output=${lab.cwd}/slurm-%A_%a.out`];
      const said = await runProgram(join(RECIPES, "slurm/submit.sh"), args, {
        env: { ...env, KYM: lab.killedOnce },
        cwd: lab.cwd,
      });
      expect(said).toMatch(/^ingest: \d+\nanalyze: \d+\nindex: \d+\nreport: \d+\n$/);
      await whenJobsAreDone(cluster as SlurmCluster);
    }
    expect((await lab.kills()) - before).toBe(2 * SHARDS);
    expect(existsSync(join(lab.cwd, "slurm.html"))).toBe(true);
    const found = await rowsOfDataset(dataset);
    expect(found).toEqual({ ...lab.ofOneProcess, problems: [] });
    expect(new Set(found.images).size).toBe(SCANS);
  },
  3_600_000,
);

// Where Slurm starts, only by hand: it takes as long as the array.
it.runIf(cluster instanceof Error || SCANS > 8)(
  "the script as processes, killed in the middle and run again, gives the dataset of one process",
  async () => {
    const dataset = join(lab.cwd, "processes.zarr");
    const all = (name: string): Promise<readonly PromiseSettledResult<string>[]> =>
      Promise.allSettled(
        Array.from({ length: SHARDS }, (_, index) =>
          runProgram(join(RECIPES, "slurm/step.sh"), [name, lab.lab, dataset, `${index}/${SHARDS}`], {
            env: { ...process.env, KYM: lab.killedOnce },
          }),
        ),
      );
    const before = await lab.kills();
    for (const name of ["ingest", "analyze", "index"]) {
      await all(name);
      for (const outcome of await all(name)) {
        expect(outcome.status, JSON.stringify(outcome)).toBe("fulfilled");
      }
    }
    expect((await lab.kills()) - before).toBe(2 * SHARDS);
    expect(await rowsOfDataset(dataset)).toEqual({ ...lab.ofOneProcess, problems: [] });
  },
  3_600_000,
);

it.runIf(python !== undefined)(
  "the Snakefile, with jobs killed in the middle and tried again, gives the dataset of one process, and then has nothing to do",
  async () => {
    const dataset = join(lab.cwd, "snake.zarr");
    const config = [`folder=${lab.lab}`, `dataset=${dataset}`, `shards=${SHARDS}`, `kym=${lab.killedOnce}`];
    const snakemake = (): Promise<string> =>
      runProgram(
        "sh",
        [
          "-c",
          'exec "$0" -m snakemake "$@" 2>&1',
          ...[python ?? "", "--snakefile", join(RECIPES, "snakemake/Snakefile"), "--cores", "2", "--config"],
          ...config,
        ],
        { cwd: lab.cwd },
      );
    const before = await lab.kills();
    expect(await snakemake()).toContain("(100%) done");
    expect((await lab.kills()) - before).toBe(2 * SHARDS);
    const found = await rowsOfDataset(dataset);
    expect(found).toEqual({ ...lab.ofOneProcess, problems: [] });
    expect(new Set(found.images).size).toBe(SCANS);
    expect(await snakemake()).toContain("Nothing to be done");
  },
  3_600_000,
);

it.runIf(python !== undefined)(
  "the script for Dask reads a dataset as one table and as arrays",
  async () => {
    const script = join(RECIPES, "dask/read_dataset.py");
    const said = await runProgram(python ?? "", [script, join(lab.cwd, "one.zarr")]);
    const { tables, images } = lab.ofOneProcess;
    expect(said).toMatch(
      new RegExp(`^${images.length} images of \\d+ pixels, ${tables["kym_radon"]?.length} rows, `),
    );
    const many = Number(process.env["KYM_RECIPE_IMAGES"] ?? 0);
    if (many > 0) {
      const path = await makeManyImages(many);
      const began = performance.now();
      const large = await runProgram(python ?? "", [script, path]);
      console.log(`${large} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
      expect(large).toContain(`${many} images of ${many * 12} pixels, ${many} rows, ${many} analysed images`);
    }
  },
  3_600_000,
);

/** A dataset of so many tiny images, with a row of each. */
async function makeManyImages(count: number): Promise<string> {
  const path = join(lab.cwd, "many.zarr");
  await using dataset = await openLocalDataset(path, { durability: "none" });
  const ids = Array.from({ length: count }, (_, index) => `scan-${String(index).padStart(6, "0")}`);
  for (let first = 0; first < count; first += 1000) {
    const some = ids.slice(first, first + 1000);
    await dataset.transaction(async (transaction) => {
      for (const id of some) {
        await transaction.addImage(createNdArray("uint16", [4, 3], new Uint16Array(12).fill(7)), { id });
      }
      const times = {
        source_mtime_ns: 1n,
        source_size_bytes: 1n,
        ingested_epoch_ns: 1n,
        source_sha256: null,
      };
      const rows = some.map((id) => ({
        ...times,
        source_primary_path: `/${id}.tif`,
        source_rel_path: id,
        image_id: id,
      }));
      await transaction.appendSources(rows);
    });
  }
  const columns = [
    { name: "image_id", type: "utf8" as const },
    { name: "vel_mean", type: "float64" as const },
  ];
  await dataset.saveTable(
    "kym_radon",
    ids.map((id) => ({ image_id: id, vel_mean: 1.5 })),
    { schema: { columns } },
  );
  return path;
}
