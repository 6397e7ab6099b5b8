import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeRecipeLab, RECIPES, type RecipeLab, rowsOfDataset, runProgram, SCANS, SHARDS } from "./recipe-lab.ts";
import { type SlurmCluster, startSlurm, whenJobsAreDone } from "./slurm-cluster.ts";

const cluster = await startSlurm().catch((error: Error) => error);
if (cluster instanceof Error) {
  console.warn(`\nThe Slurm array is SKIPPED, and runs as processes: Slurm cannot start here: ${cluster.message}\n`);
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
