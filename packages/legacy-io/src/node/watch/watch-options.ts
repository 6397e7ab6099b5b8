// The options of a watch, and what it tells its caller.

import type { IngestItem } from "../../plan/ingest-report.ts";
import type { IngestFolderOptions } from "../ingest/ingest-options.ts";

/** The options of an ingest, and how patient the watch is. */
export interface WatchOptions extends IngestFolderOptions {
  /** How long a file must keep its size and times to count as whole, in milliseconds. Default 5000. */
  readonly settleMs?: number | undefined;
  /** The least time from one commit to the next, in milliseconds. Default 10 000. */
  readonly commitEveryMs?: number | undefined;
  /** Time from one look at the folder to the next, in milliseconds. Default: half of `settleMs`, at least 100. */
  readonly lookEveryMs?: number | undefined;
  /** Ends the watch once nothing changed for this long, in milliseconds, and at least `settleMs`. Default: never. */
  readonly untilIdleMs?: number | undefined;
}

/** Something that the watch did or saw. Paths are relative to the folder. */
export type WatchEvent =
  /** How many scans the folder has, and how many of them wait, will be read next, or are broken. Sent when it changes. */
  | {
      readonly type: "status";
      readonly scans: number;
      readonly waiting: number;
      readonly due: number;
      readonly broken: number;
    }
  /**
   * One scan: stored as a new record; brought up to date; in conflict with an edit in the dataset; not readable; left alone on
   * purpose; or worth a note. `failed` is sent once for a broken scan, until it is ingested or fails in another way.
   */
  | (IngestItem & {
      readonly type: "ingested" | "updated" | "conflict" | "failed" | "skipped" | "note";
    })
  /** All events of its scans were sent before. `imageIds` are those of new records. */
  | { readonly type: "committed"; readonly version: number; readonly imageIds: readonly string[] }
  /** The folder cannot be listed or the dataset cannot be written for now. The watch goes on. Sent once for each reason. */
  | { readonly type: "delayed"; readonly reason: string };
