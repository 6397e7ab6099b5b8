// The report of a run: how many images had which outcome, and why each one did.

import type { Table } from "apache-arrow";
import type { FreshReason, UpdateReason } from "./index-image.ts";

/** How many images a run updated and skipped, and how many of them were new in the table. */
export interface UpdateStats {
  /** Images whose rows were computed. An image edited meanwhile counts too, although the next run has to commit it. */
  readonly updated: number;
  readonly skipped: number;
  /** Updated images that had no rows before. */
  readonly missing: number;
}

/** How many images had each outcome. `updated + skipped + notAnalysed + failed` is the number of images in the run. */
export interface UpdateCounts extends UpdateStats {
  /** Images without any of the indexer's inputs. */
  readonly notAnalysed: number;
  /** Images that lost their rows: deleted images, and images whose inputs are gone. */
  readonly purged: number;
  readonly failed: number;
}

/** The result of a run. */
export interface UpdateReport extends UpdateCounts {
  readonly indexer: string;
  readonly tableName: string;
  /** The table and its ledger, if their files were lost and were made again; absent if none was. */
  readonly madeAgain?: readonly string[];
  /** The outcome of every image that was not skipped, and the reason, sorted by image id. */
  readonly reasons: readonly ImageReason[];
  /** The dataset's version that has the table as this run left it. */
  readonly version: number;
  /** True if this run committed a change. */
  readonly committed: boolean;
  /** Loads the table as it is when this is called. */
  table(): Promise<Table>;
}

/** Why an image was not skipped. */
export type ImageReason =
  | {
      readonly imageId: string;
      readonly outcome: "updated";
      readonly because: UpdateReason;
      /** How many infinities of its results are NULL in the table; absent for 0. */
      readonly infinities?: number;
    }
  | { readonly imageId: string; readonly outcome: "notAnalysed"; readonly because: "no_inputs" }
  | { readonly imageId: string; readonly outcome: "purged"; readonly because: "deleted" | "no_inputs" }
  | {
      readonly imageId: string;
      readonly outcome: "failed";
      readonly because: "error";
      readonly message: string;
      readonly error: unknown;
    };

/** Progress: one image is done. */
export interface IndexEvent {
  readonly kind: "image";
  readonly imageId: string;
  readonly outcome: "updated" | "skipped" | "notAnalysed" | "failed";
  readonly because: UpdateReason | FreshReason | "no_inputs" | "error";
  readonly done: number;
  readonly total: number;
}

const COUNTS = ["updated", "skipped", "missing", "notAnalysed", "purged", "failed"] as const;

/** `kym_velocity_events: updated=0 skipped=3 missing=0 notAnalysed=0 purged=0 failed=0` */
export function updateLogLine(tableName: string, counts: UpdateCounts): string {
  return `${tableName}: ${COUNTS.map((name) => `${name}=${counts[name]}`).join(" ")}`;
}
