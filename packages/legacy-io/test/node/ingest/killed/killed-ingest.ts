import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isZarrStoreError } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import type { IngestReport } from "../../../../src/node/index.ts";
import { writeImageJTiff } from "../../../../src/tiff/index.ts";
import { CLASSIC_JSON, TRACE_CSV } from "../../lab-folder.ts";

/** How large the trial is. One file in a hundred is broken, at least one. */
export interface KillTrial {
  readonly images: number;
  readonly kills: number;
  /** The threads that read images. Default 0: the processes have none. */
  readonly threads?: number;
}

export interface KillTrialResult {
  /** Of the run that nothing disturbed. */
  readonly report: IngestReport;
  readonly brokenPaths: readonly string[];
  /** Of the last of the runs after the kills. */
  readonly lastReport: IngestReport;
  /** How many images were there after each kill. */
  readonly keptAfterKills: readonly number[];
  /** What either dataset holds, by the path of each image; equal but for ids and times. */
  readonly undisturbed: DatasetContent;
  readonly killed: DatasetContent;
}

export interface DatasetContent {
  readonly images: ReadonlyMap<string, unknown>;
  /** Images beyond one for each path. */
  readonly surplus: number;
  readonly problems: readonly unknown[];
}

/** Ingests a simulated folder once in peace, and once in processes that are killed at random moments. */
export async function runKillTrial({ images, kills, threads = 0 }: KillTrial): Promise<KillTrialResult> {
  const work = await mkdtemp(join(tmpdir(), "kym-killed-"));
  try {
    const lab = join(work, "lab");
    const brokenPaths = await simulateFolder(lab, images);
    const [peace, path] = [join(work, "peace.zarr"), join(work, "killed.zarr")];
    const [{ report }, keptAfterKills] = await Promise.all([
      runIngest({ lab, path: peace, threads }, () => undefined),
      killAgainAndAgain({ lab, path, threads }, kills),
    ]);
    const { report: lastReport } = await runIngest({ lab, path, threads }, () => undefined);
    if (report === undefined || lastReport === undefined) {
      throw new Error("an ingest that nothing disturbed ended without a report");
    }
    const [undisturbed, killed] = await Promise.all([contentOf(peace), contentOf(path)]);
    return { report, brokenPaths, lastReport, keptAfterKills, undisturbed, killed };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface KilledIngest {
  readonly lab: string;
  readonly path: string;
  readonly threads: number;
}

/** Returns how many images were there after each kill. */
async function killAgainAndAgain(ingest: KilledIngest, kills: number): Promise<readonly number[]> {
  const kept: number[] = [];
  for (let left = kills; left > 0; left--) {
    const { signal } = await runIngest(ingest, (toIngest) => {
      const reads = Math.ceil((Math.random() * 2 * toIngest) / (left + 1));
      return { reads: Math.max(1, Math.min(reads, toIngest - 1)), waitMs: Math.random() * 30 };
    });
    if (signal === "SIGKILL") {
      kept.push(await countImages(ingest.path));
    }
  }
  return kept;
}

/** A process may be killed before there is a dataset. */
async function countImages(path: string): Promise<number> {
  try {
    await using dataset = await openLocalDataset(path, { mode: "r" });
    return (await dataset.listImageIds()).length;
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return 0;
    }
    throw error;
  }
}

const FOLDERS = ["28d Saline/20250101", "28d AngII/20250102", "14d [µ+]/20250103"];

/** Writes images of red cells in a vessel, as stripes that travel; each row is a line in time. Returns the paths of broken files. */
async function simulateFolder(lab: string, images: number): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const folder of FOLDERS) {
    await mkdir(join(lab, folder, "flow-analysis"), { recursive: true });
  }
  for (let index = 0; index < images; index++) {
    const folder = FOLDERS[index % FOLDERS.length] ?? "";
    const stem = `kym_${String(index).padStart(4, "0")}`;
    const relPath = `${folder}/${stem}.tif`;
    const tiff = simulateKymograph(index);
    const isBroken = index % 100 === 7;
    const bytes = isBroken ? tiff.slice(0, index % 200 === 7 ? 0 : tiff.length - 20) : tiff;
    await writeFile(join(lab, relPath), bytes);
    if (isBroken) {
      broken.push(relPath);
    }
    if (index % 4 === 0) {
      await writeFile(join(lab, folder, `${stem}.json`), CLASSIC_JSON);
    }
    if (index % 8 === 0) {
      await writeFile(join(lab, folder, "flow-analysis", `${stem}_radon.csv`), TRACE_CSV);
    }
  }
  return broken;
}

function simulateKymograph(seed: number): Uint8Array<ArrayBuffer> {
  const [lines, px] = [6, 5];
  const velocityPxPerLine = 0.2 + (seed % 17) / 10;
  const data = Uint16Array.from({ length: lines * px }, (_, index) => {
    const [line, column] = [Math.floor(index / px), index % px];
    return 1000 + seed + Math.round(300 * Math.cos(column - velocityPxPerLine * line));
  });
  return writeImageJTiff({ dtype: "uint16", shape: [lines, px], data });
}

type KillPlan = (toIngest: number) => { readonly reads: number; readonly waitMs: number } | undefined;

/** Runs `ingest-worker.ts`; kills it, if it is planned, so long after it has read so many images. */
async function runIngest(
  { lab, path, threads }: KilledIngest,
  plan: KillPlan,
): Promise<{ readonly report: IngestReport | undefined; readonly signal: NodeJS.Signals | null }> {
  const script = fileURLToPath(new URL("ingest-worker.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@kym/source", script, lab, path, `${threads}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let kill: ReturnType<KillPlan>;
  let report: IngestReport | undefined;
  const lines = createInterface(child.stdout).on("line", (line) => {
    const [word, rest = ""] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
    if (word === "planned") {
      kill = plan(Number(rest));
    } else if (word === "report") {
      report = JSON.parse(rest);
    } else if (Number(rest) === kill?.reads) {
      setTimeout(() => child.kill("SIGKILL"), kill.waitMs);
    }
  });
  const closed = new Promise<void>((resolve) => lines.on("close", resolve));
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, by) => resolve(by));
  });
  await closed;
  return { report, signal };
}

/** Objects by hash, attributes and ledger, without what every run makes anew: ids and the time of each ingest. */
async function contentOf(path: string): Promise<DatasetContent> {
  await using dataset = await openLocalDataset(path, { mode: "r" });
  const images = new Map<string, unknown>();
  for (const row of await dataset.loadSourcesIndex()) {
    const { image_id: id, ingested_epoch_ns: _, ...source } = row;
    const record = dataset.record(id);
    const { created_utc: __, ...attributes } = await record.attributes();
    const hashes = [...(await record.objectHashes())].filter(([key]) => key !== "zarr.json").toSorted();
    images.set(`${row.source_rel_path}`, { source, attributes, hashes });
  }
  const { problems } = await dataset.check();
  const surplus = (await dataset.listImageIds()).length - images.size;
  return { images: new Map([...images].toSorted()), surplus, problems };
}
