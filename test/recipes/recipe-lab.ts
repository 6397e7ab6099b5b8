// A simulated lab for the recipes: its folder, a command that is killed the first time, and what the dataset must then hold.

import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Row, rowsOf } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { KYM, kymProcess } from "../../apps/cli/test/support/kym-process.ts";
import { simulateLabFolder } from "../../apps/demos/src/simulator/simulate-lab-folder.ts";

export const RECIPES: string = join(import.meta.dirname, "../../recipes");

const run = promisify(execFile);

/** Runs a program to its end, and gives back what it wrote. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<string> {
  const { stdout } = await run(file, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

export interface RecipeLab {
  readonly cwd: string;
  readonly lab: string;
  /** A script that runs `kym`. Each command with other words is killed once, in its middle. */
  readonly killedOnce: string;
  /** How many commands were killed so far. */
  readonly kills: () => Promise<number>;
  /** What a dataset holds that one process made of the same folder. */
  readonly ofOneProcess: DatasetRows;
  readonly remove: () => Promise<void>;
}

/** How large the trial is: 300 scans by hand, a share of them in a soak. */
export const SCANS: number = Number(process.env["KYM_RECIPE_SCANS"] ?? 8);
export const SHARDS: number = SCANS > 8 ? 4 : 2;

/** Makes a lab's folder of simulated scans, one of them cut short, and a dataset of it by one process. */
export async function makeRecipeLab(): Promise<RecipeLab> {
  const cwd = await mkdtemp(join(tmpdir(), "kym-recipe-"));
  const lab = join(cwd, "lab");
  await simulateLabFolder(lab, { imageCount: SCANS, lines: 96, px: 14 });
  const marks = join(cwd, "killed");
  await mkdir(marks);
  const killedOnce = join(cwd, "kym-killed-once");
  await writeFile(killedOnce, killedOnceScript(marks));
  await chmod(killedOnce, 0o755);
  const one = join(cwd, "one.zarr");
  for (const args of [
    ["ingest", lab, one],
    ["analyze", one],
    ["index", one],
  ]) {
    const { exitCode, stderr } = await kymProcess(args);
    if (exitCode !== 0 && exitCode !== 3) {
      throw new Error(`kym ${args.join(" ")} ended with ${exitCode}: ${stderr}`);
    }
  }
  return {
    ...{ cwd, lab, killedOnce },
    kills: async () => (await readdir(marks)).length,
    ofOneProcess: await rowsOfDataset(one),
    remove: () => rm(cwd, { recursive: true, force: true }),
  };
}

/** Kills `ingest` and `analyze` the first time, some time between the start of Node and the end of the work. */
function killedOnceScript(marks: string): string {
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const kym = [process.execPath, "--disable-warning=ExperimentalWarning", ...KYM].map(quote).join(" ");
  return `#!/bin/sh
key=$(echo "$*" "\${SLURM_ARRAY_TASK_ID:-}" | cksum | cut -d' ' -f1)
case $1 in ingest | analyze)
  if mkdir ${quote(marks)}/"$key" 2>/dev/null; then
    ${kym} "$@" &
    pid=$!
    sleep ${SCANS > 8 ? '"$((key % 6 + 4))"' : '"0.$((key % 6 + 4))"'}
    kill -9 $pid
    wait $pid
    exit 137
  fi ;;
esac
exec ${kym} "$@"
`;
}

/** What a dataset holds, without what each run makes anew: ids and times. */
export interface DatasetRows {
  /** The paths of the images, sorted: each must be there once. */
  readonly images: readonly string[];
  readonly problems: readonly unknown[];
  /** By name, the rows of each pooled table as sorted text. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

/** Times, what hashes hold the times of, and the paths of the dataset's own making. */
const LEFT_OUT = /_epoch_ns$|^sources_sha256$|^inputs_sha256$/;

export async function rowsOfDataset(path: string): Promise<DatasetRows> {
  await using dataset = await openLocalDataset(path, { mode: "r" });
  const relPathOf = new Map(
    (await dataset.loadSourcesIndex()).map((row) => [row.image_id, String(row.source_rel_path)]),
  );
  const textOf = (row: Row): string =>
    JSON.stringify(
      Object.entries(row)
        .filter(([name]) => !LEFT_OUT.test(name))
        .map(([name, value]) => [name, relPathOf.get(String(value)) ?? value]),
      (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value),
    );
  const tables: Record<string, readonly string[]> = {};
  for (const name of await dataset.listTableNames()) {
    tables[name] = Array.from(rowsOf(await dataset.loadTable(name)), textOf).sort();
  }
  const ids = await dataset.listImageIds();
  const { problems } = await dataset.check();
  return { images: ids.map((id) => relPathOf.get(id) ?? id).sort(), problems, tables };
}
