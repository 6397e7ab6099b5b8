// What a caller knows of the ledger of ingested files where its file is lost.

import type { CommitRecord } from "../commit/records/commit-record.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import type { DatasetContents } from "./dataset-contents.ts";
import type { SourceRow } from "./tables/sources-table.ts";

/** A dataset and its past, as {@link SourcesAnew} reads them. */
export type DatasetWithPast = DatasetContents & {
  log(options?: ReadOptions): AsyncIterable<CommitRecord>;
  history(sha256: string, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer> | undefined>;
};

/** Makes the rows of the ledger again from what the images say, in order of ingest. */
export type SourcesAnew = (dataset: DatasetWithPast, options: ReadOptions) => Promise<readonly SourceRow[]>;
