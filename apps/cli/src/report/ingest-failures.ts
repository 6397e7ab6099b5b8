// Reads which files failed at the last ingest, and why, from the report that it left beside the dataset.

import type { ReportIngest, ReportIngestItem } from "./report-data.ts";

/** The file beside the dataset. */
export interface IngestReportFile {
  readonly file: string;
  readonly text: string;
}

/** More are only counted. */
const MOST_ITEMS = 10_000;

const NONE = { failed: [], skipped: [], conflicts: [], orphans: [] };

/**
 * Says what did not come in. Without a report nothing is known of failures: an ingest leaves none if all came in, but one that
 * another program made, and a copy of the dataset alone, have none either.
 */
export function ingestFailures(report: IngestReportFile | undefined): ReportIngest {
  if (report === undefined) {
    return {
      file: null,
      words:
        "No report of an ingest lies beside the dataset. kym ingest leaves one if a file did not come in, so either all files did, or the report did not travel with the dataset.",
      ...NONE,
    };
  }
  const { file } = report;
  const fields = fieldsOf(report.text);
  if (fields === undefined) {
    return { file, words: `${file} cannot be read, so what did not come in is not known.`, ...NONE };
  }
  const [failed, skipped, conflicts, orphans] = ["failed", "skipped", "conflicts", "orphans"].map((list) =>
    itemsIn(Reflect.get(fields, list)),
  );
  const lists = {
    failed: failed ?? [],
    skipped: skipped ?? [],
    conflicts: conflicts ?? [],
    orphans: orphans ?? [],
  };
  const counts = [
    [lists.failed.length, "failed"],
    [lists.skipped.length, "skipped"],
    [lists.conflicts.length, "in conflict with an edit"],
    [lists.orphans.length, "analysed without an image"],
  ] as const;
  const said = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  return {
    file,
    words:
      said.length === 0
        ? `${file}: no file failed at the last ingest.`
        : `The last ingest, by ${file}: ${said.join(", ")}.`,
    ...lists,
  };
}

/**
 * One report of those of several shards, with all that they list: `study.ingest-report.*-of-16.json`. One that cannot be read counts
 * alone, because it may name what failed.
 */
export function joinReports(files: readonly IngestReportFile[]): IngestReportFile | undefined {
  const [first, ...others] = files;
  if (first === undefined || others.length === 0) {
    return first;
  }
  const fields = files.map(({ text }) => fieldsOf(text));
  const unreadable = fields.indexOf(undefined);
  if (unreadable >= 0) {
    return files[unreadable];
  }
  const joined = Object.keys(NONE).map((list): [string, unknown] => [
    list,
    fields.flatMap((report) => itemsIn(Reflect.get(report ?? {}, list))),
  ]);
  return {
    file: first.file.replace(/\.\d+(-of-\d+\.json)$/, ".*$1"),
    text: JSON.stringify(Object.fromEntries(joined)),
  };
}

function fieldsOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function itemsIn(list: unknown): readonly ReportIngestItem[] {
  const items = (Array.isArray(list) ? list : []).flatMap((item: unknown): readonly ReportIngestItem[] => {
    const path: unknown = typeof item === "object" && item !== null ? Reflect.get(item, "path") : undefined;
    const reason: unknown = typeof item === "object" && item !== null ? Reflect.get(item, "reason") : "";
    return typeof path === "string" ? [{ path, reason: typeof reason === "string" ? reason : "" }] : [];
  });
  return items.slice(0, MOST_ITEMS);
}
