// The file of a report, and what lies beside a dataset for it.

import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { IngestReportFile } from "../../report/ingest-failures.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { reportPathOf } from "../ingest/ingest-report-file.ts";

/** The name of the file. @throws {CliError} `usage` without one, and for one that is not HTML */
export function reportFile(output: string | undefined): string {
  const ending = extname(output ?? "").toLowerCase();
  if (output === undefined || (ending !== ".html" && ending !== ".htm")) {
    throw usageError(
      output === undefined ? "a report needs a file" : `${JSON.stringify(output)} does not end with .html`,
      "name one: -o report.html",
    );
  }
  return output;
}

/** The name of a dataset: of its folder or URL, without the ending. */
export function reportTitle(location: string): string {
  const path = /^https?:/i.test(location) ? decodeURI(new URL(location).pathname) : location;
  return basename(path).replace(/\.zarr$/i, "") || location;
}

/** What the last ingest left beside a dataset; undefined if there is none, as beside a URL. */
export async function ingestReportBeside(location: string): Promise<IngestReportFile | undefined> {
  if (/^https?:/i.test(location)) {
    return undefined;
  }
  const path = reportPathOf(location);
  try {
    return { file: basename(path), text: await readFile(path, "utf8") };
  } catch {
    return undefined;
  }
}
