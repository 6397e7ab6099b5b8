import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { IngestReport } from "@kym/legacy-io/node";
import { kymVersion } from "../../kym-version.ts";

/** What stands at the head of a report, and says that a file is one. */
const FORMAT = "kym-ingest-report";

/** `study.zarr` → `study.ingest-report.json`, beside it. */
export function reportPathOf(datasetPath: string): string {
  return join(dirname(datasetPath), `${basename(datasetPath).replace(/\.zarr$/i, "")}.ingest-report.json`);
}

/** What a later look at a failed ingest needs, the same for the same outcome: no time, no id of the run. */
export function reportText(report: IngestReport, folder: string, dataset: string): string {
  const { found, ingested, updated, unchanged, skipped, failed, orphans, conflicts, notes } = report;
  const fields = { format: FORMAT, kym: kymVersion(), folder, dataset, found };
  const lists = { failed, skipped, conflicts, orphans, notes };
  const counts = { ingested: ingested.length, updated: updated.length, unchanged: unchanged.length };
  return `${JSON.stringify({ ...fields, ...counts, ...lists }, null, 2)}\n`;
}

/** Whether an ingest has something to look up later: what failed, was left alone, or came in beside what was edited. */
export function isWorthKeeping({ failed, skipped, conflicts }: IngestReport): boolean {
  return failed.length + skipped.length + conflicts.length > 0;
}

/**
 * Keeps the report of an ingest beside the dataset. A run without a fault writes none, but brings one that is there up to
 * date, so that it never tells of what was mended since. Only a report is ever replaced.
 *
 * @param location the dataset's folder; the report is not in it, where it would be somebody's change
 * @returns whether there is a report of this run now; or why there is none
 */
export async function keepReport(
  location: string,
  report: IngestReport,
  folder: string,
): Promise<{ readonly isKept: boolean; readonly problem?: string }> {
  const path = reportPathOf(location);
  try {
    const before = await readFile(path, "utf8").catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") {
        return undefined;
      }
      throw error;
    });
    if (before === undefined && !isWorthKeeping(report)) {
      return { isKept: false };
    }
    if (before !== undefined && !before.includes(`"format": "${FORMAT}"`)) {
      return { isKept: false, problem: `${path} is no report of ours and stays as it is` };
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
