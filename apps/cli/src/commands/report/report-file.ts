// The file of a report, and what lies beside a dataset for it.

import { open, readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { assertOutside } from "../../arguments/write-new-file.ts";
import { type IngestReportFile, joinReports } from "../../report/ingest-failures.ts";
import { CliError, usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { lastReportsOf } from "../ingest/ingest-report-file.ts";

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

/** How each report begins, within so many bytes. */
const MARK = '<meta name="generator" content="kym ';
const MARKED_BYTES = 4096;

/**
 * Whether a report may take the place of what is there: an earlier report, or nothing.
 *
 * @throws {CliError} `inside_dataset`; `already_exists` for any other file
 */
export async function assertReportOrNothing(file: string, dataset: string): Promise<void> {
  await assertOutside(file, dataset);
  const begin = await beginningOf(file);
  if (begin !== undefined && !begin.includes(MARK)) {
    throw new CliError(
      EXIT.refused,
      "already_exists",
      `${file} already exists, and was not written by kym report`,
      {
        hint: "choose another name",
      },
    );
  }
}

/** Undefined if there is no such file. */
async function beginningOf(path: string): Promise<string | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) {
    return undefined;
  }
  await using _ = file;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MARKED_BYTES));
  return buffer.toString("utf8", 0, bytesRead);
}

/** The name of a dataset: of its folder or URL, without the ending. */
export function reportTitle(location: string): string {
  const path = /^https?:/i.test(location) ? decodeURI(new URL(location).pathname) : location;
  return basename(path).replace(/\.zarr$/i, "") || location;
}

/** What the last ingest left beside a dataset, its shards together; undefined if there is not any, as beside a URL. */
export async function ingestReportBeside(location: string): Promise<IngestReportFile | undefined> {
  const files: IngestReportFile[] = [];
  for (const path of /^https?:/i.test(location) ? [] : await lastReportsOf(location)) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text !== undefined) {
      files.push({ file: basename(path), text });
    }
  }
  return joinReports(files);
}
