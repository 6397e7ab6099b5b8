// What is known of an image before a report makes numbers of it.

import type { ImageAnalysis, Staleness } from "@kym/kym-dataset";
import type { Row } from "@kym/zarr-store";

/** A pooled table, as far as it is about one image. */
export interface PooledFacts {
  readonly table: string;
  /** What the rows are about, such as `velocities`. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly staleness: Staleness;
}

export interface ImageFacts {
  readonly imageId: string;
  /** What screens call the image. */
  readonly name: string;
  /** Its row of the table of images. */
  readonly row: Row;
  /** By the name of the table. */
  readonly pooled: ReadonlyMap<string, PooledFacts>;
  /** As of now; read only if a table is stale, because fresh rows say it themselves. */
  readonly analyses: readonly ImageAnalysis[];
  /** An image without metadata has none that cannot be read. */
  readonly hasReadableMetadata: boolean;
  /**
   * Events that a person added; null if no program in which people add events stored any. Those of `kym analyze` are found by a
   * program alone. `untyped` events do not tell who added them.
   */
  readonly userEvents: number | null | "untyped" | "unreadable";
}
