// The report of an ingest or a refresh: a JSON file beside the dataset.

import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { IngestItem, IngestReport } from "@kym/legacy-io/node";
import type { WorkShard } from "@kym/zarr-store/runtime";
import { kymVersion } from "../../kym-version.ts";

/** The field `format` of a report, which tells it from other files. */
const FORMAT = "kym-ingest-report";

/** `study.zarr` → `study.ingest-report.json`, beside it; of shard 3 of 16, `study.ingest-report.3-of-16.json`. */
export function reportPathOf(datasetPath: string, shard?: WorkShard): string {
  const part = shard === undefined ? "" : `.${shard.index}-of-${shard.count}`;
  return join(dirname(datasetPath), `${reportStart(datasetPath)}${part}.json`);
}

/** How the names of all reports of a dataset begin. */
function reportStart(datasetPath: string): string {
  return `${basename(datasetPath).replace(/\.zarr$/i, "")}.ingest-report`;
}

/**
 * The reports of the last ingest beside a dataset: that of the whole folder, or those of all shards of it. Where there are both, or
 * shards of several counts, the newest file decides which.
 */
export async function lastReportsOf(datasetPath: string): Promise<readonly string[]> {
  const folder = dirname(datasetPath);
  const start = reportStart(datasetPath);
  const reports: {
    readonly path: string;
    readonly parts: string;
    readonly index: number;
    mtimeMs: number;
  }[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const [, index, count] = name.startsWith(start)
      ? (/^(?:\.(\d{1,7})-of-(\d{1,7}))?\.json$/.exec(name.slice(start.length)) ?? [])
      : [];
    if (count !== undefined || name === `${start}.json`) {
      const path = join(folder, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
      reports.push({ path, parts: count ?? "", index: Number(index ?? 0), mtimeMs });
    }
  }
  const newest = reports.toSorted((a, b) => b.mtimeMs - a.mtimeMs)[0];
  return reports
    .filter(({ parts }) => parts === newest?.parts)
    .sort((a, b) => a.index - b.index)
    .map(({ path }) => path);
}

/** What a user needs to follow up a failed ingest. Without a time or an id, so that the same outcome gives the same text. */
export function reportText(report: IngestReport, folder: string, dataset: string): string {
  const { found, ingested, updated, unchanged, skipped, failed, orphans, conflicts, notes, pathFields } =
    report;
  const { unrecognised, shard } = report;
  const fields = { format: FORMAT, kym: kymVersion(), folder, dataset, ...(shard && { shard }), found };
  const lists = {
    ...{ failed, skipped, conflicts, orphans, unrecognised, notes },
    ...(pathFields && { pathFields }),
  };
  const counts = { ingested: ingested.length, updated: updated.length, unchanged: unchanged.length };
  return `${JSON.stringify({ ...fields, ...counts, ...lists }, null, 2)}\n`;
}

/**
 * Whether a report is worth keeping: some files failed, were skipped, conflict with an edit, have no image, or were not
 * understood.
 */
export function isWorthKeeping(report: IngestReport): boolean {
  const { failed, skipped, conflicts, orphans, unrecognised, notes } = report;
  return (
    failed.length + skipped.length + conflicts.length + orphans.length + unrecognised.length > 0 ||
    notes.some(({ kind }) => kind !== undefined)
  );
}

/** The lists of an earlier report that the next run repeats only if they changed. */
export interface SaidBefore {
  readonly orphans: readonly IngestItem[];
  readonly notes: readonly IngestItem[];
  /** Paths of the files that no rule knows. */
  readonly unrecognised: ReadonlySet<string>;
}

/** What the report of the run before said; nothing if it cannot be read. */
export async function saidBefore(location: string, shard?: WorkShard): Promise<SaidBefore> {
  try {
    const report: unknown = JSON.parse(await readFile(reportPathOf(location, shard), "utf8"));
    return {
      orphans: itemsOf(report, "orphans"),
      notes: itemsOf(report, "notes"),
      unrecognised: unrecognisedOf(report),
    };
  } catch {
    return { orphans: [], notes: [], unrecognised: new Set() };
  }
}

function unrecognisedOf(report: unknown): ReadonlySet<string> {
  const kinds: unknown =
    typeof report === "object" && report !== null ? Reflect.get(report, "unrecognised") : undefined;
  const paths = (Array.isArray(kinds) ? kinds : []).flatMap((kind: unknown): readonly unknown[] => {
    const list: unknown = typeof kind === "object" && kind !== null ? Reflect.get(kind, "paths") : undefined;
    return Array.isArray(list) ? list : [];
  });
  return new Set(paths.filter((path) => typeof path === "string"));
}

function itemsOf(report: unknown, list: "orphans" | "notes"): readonly IngestItem[] {
  const found: unknown =
    typeof report === "object" && report !== null ? Reflect.get(report, list) : undefined;
  return Array.isArray(found) ? found.filter(isItem) : [];
}

function isItem(value: unknown): value is IngestItem {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "path") === "string";
}

/**
 * Keeps the report of an ingest beside the dataset.
 *
 * A run without problems does not write a report. It updates an existing one, which would otherwise list problems that are
 * solved. A shard always writes one, so that it shows which of them are done. A file that is not a report is never replaced.
 *
 * @param location the dataset's folder. A report inside it would look like a change by another program.
 * @returns whether there is now a report of this run, or the problem that prevented it
 */
export async function keepReport(
  location: string,
  report: IngestReport,
  folder: string,
): Promise<{ readonly isKept: boolean; readonly problem?: string }> {
  const path = reportPathOf(location, report.shard);
  try {
    const before = await readFile(path, "utf8").catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") {
        return undefined;
      }
      throw error;
    });
    if (before === undefined && report.shard === undefined && !isWorthKeeping(report)) {
      return { isKept: false };
    }
    if (before !== undefined && !before.includes(`"format": "${FORMAT}"`)) {
      return { isKept: false, problem: `${path} is not a report of kym, so it was left unchanged` };
    }
    const text = reportText(report, folder, location);
    if (text !== before) {
      await replaceFile(path, text);
    }
    return { isKept: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { isKept: false, problem: `the report could not be written: ${reason}` };
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const partial = join(dirname(path), `.kym-${crypto.randomUUID()}.tmp`);
  try {
    await writeFile(partial, text, { flag: "wx" });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
