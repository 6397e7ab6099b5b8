// What a pull did, or would do.

import type { CommitPoint } from "@kym/zarr-store";
import type { PullBase } from "./pull-base.ts";

/** Something that both copies changed. What is here stays, and `kym resolve` lists it until it is settled. */
export interface PullConflict {
  /** Path below `images/<id>/` of the artifact; `""` for the image as a whole, which one copy deleted or has with other pixels. */
  readonly key: string;
  /** The fields in conflict, as `mergeMetadata` and `mergeEvents` name them; undefined for the whole. */
  readonly fields: readonly string[] | undefined;
  /** Paths below `images/<id>/` of what came; of an image as a whole, the folder of the dataset that keeps it. */
  readonly attachments: readonly string[];
  readonly reason: string;
}

/** What was done with one image. */
export interface PulledImage {
  readonly imageId: string;
  /**
   * - `new`, `deleted`: as in the other copy
   * - `changed`: something of it was taken, or is in conflict
   * - `gone`: deleted here, changed in the other copy, and still deleted; what came is kept
   * - `kept`: deleted in the other copy, changed here, and still here
   * - `replaced`: with the pixels of the other copy, which chose them
   * - `left`: nothing was done, for the reason that the conflict gives
   */
  readonly outcome: "new" | "deleted" | "changed" | "gone" | "kept" | "replaced" | "left";
  /** The fields and files that are as in the other copy now. */
  readonly taken: readonly string[];
  readonly conflicts: readonly PullConflict[];
  /** The conflicts of the image that the other copy had left open, and that came with it: names of fields, or paths of artifacts. */
  readonly openThere: readonly string[];
  /** Whose work came, as the other log names them. */
  readonly persons: readonly string[];
}

export interface PullReport {
  /** The location of the other copy. */
  readonly from: string;
  /** The commit of the other copy that was pulled. */
  readonly taken: CommitPoint;
  readonly base: PullBase;
  /** False if the other copy did nothing since the last pull. */
  readonly hasNews: boolean;
  /** The images of which something changed or could not be taken, in order of their ids. */
  readonly images: readonly PulledImage[];
  /** Pooled tables that no index makes: taken as a whole, or changed in both copies and so left as they are here. */
  readonly tables: { readonly taken: readonly string[]; readonly conflicts: readonly string[] };
  /** How many rows of the ledger of ingested files came. */
  readonly sources: number;
  readonly persons: readonly string[];
  /** The versions that the pull made; none in a dry run. */
  readonly versions: readonly number[];
}
