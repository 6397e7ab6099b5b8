// The table of the images of another copy that a pull kept beside the dataset: another one is here in their place, or it was deleted here.

import type { Column } from "@kym/zarr-store";

/** The name of the table. It has one row for each image of another copy that did not come, also after somebody chose the one here. */
export const IMAGE_CONFLICTS_TABLE = "image_conflicts";

/** The names of its columns. */
export const IMAGE_CONFLICT_COLUMN = {
  image: "conflict_image",
  here: "image_here",
  because: "because",
  from: "came_from",
  settled: "is_settled",
  keptAs: "kept_as",
  sources: "kept_sources",
} as const;

/** The columns of the table {@link IMAGE_CONFLICTS_TABLE}. */
export const IMAGE_CONFLICTS_COLUMNS: readonly Column[] = [
  {
    name: IMAGE_CONFLICT_COLUMN.image,
    type: "utf8",
    nullable: false,
    description: "the image of the other copy that did not come",
  },
  {
    name: IMAGE_CONFLICT_COLUMN.here,
    type: "utf8",
    nullable: false,
    description: "the image here that stands in its place; the same id if it was deleted here",
  },
  {
    name: IMAGE_CONFLICT_COLUMN.because,
    type: "utf8",
    nullable: false,
    description:
      "same_file: both copies ingested one file; other_pixels: one id, and other pixels; deleted_here",
  },
  {
    name: IMAGE_CONFLICT_COLUMN.from,
    type: "utf8",
    nullable: false,
    description: "where the other copy was",
  },
  {
    name: IMAGE_CONFLICT_COLUMN.settled,
    type: "bool",
    nullable: false,
    description: "whether somebody chose the image here",
  },
  {
    name: IMAGE_CONFLICT_COLUMN.keptAs,
    type: "utf8",
    description:
      "the name of the folder that keeps what came, or kept it until it was given up; NULL in earlier builds",
  },
  {
    name: IMAGE_CONFLICT_COLUMN.sources,
    type: "utf8",
    description: "the rows of the ledger that come with it, as JSON; NULL if they are here",
  },
];
