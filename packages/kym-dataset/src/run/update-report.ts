import type { Table } from "apache-arrow";
import type { FreshReason, UpdateReason } from "./index-image.ts";

/** The counts of ticket 19. */
export interface UpdateStats {
  /** Whose rows were made. Those of an image that was edited meanwhile count, and are left to the next run. */
  readonly updated: number;
  readonly skipped: number;
  /** Of those updated, the images that had no rows before. */
  readonly missing: number;
}

/** How many images came to what. `updated + skipped + notAnalysed + failed` is the number of images looked at. */
export interface UpdateCounts extends UpdateStats {
  /** Images without any of the indexer's inputs. */
  readonly notAnalysed: number;
  /** Images whose rows went: deleted ones, and those whose inputs are gone. */
  readonly purged: number;
  readonly failed: number;
}

/** What a run did. */
export interface UpdateReport extends UpdateCounts {
  readonly indexer: string;
  readonly tableName: string;
  /** Every image but the skipped ones, by image id: what became of it, and why. */
  readonly reasons: readonly ImageReason[];
  /** The version of the dataset that has the table as this run left it. */
  readonly version: number;
  /** True if this run changed something; else nothing was committed. */
  readonly committed: boolean;
  /** The table, as it is when this is called. */
  table(): Promise<Table>;
}

/** Why an image was not skipped. */
export type ImageReason =
  | { readonly imageId: string; readonly outcome: "updated"; readonly because: UpdateReason }
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
