// The table of the images that a pull left out, because the dataset has another one in their place.

import type { Column } from "@kym/zarr-store";

/** The name of the table. It has one row for each image that was left out, also after somebody chose the one here. */
export const IMAGE_CONFLICTS_TABLE = "image_conflicts";

/** The names of its columns. */
export const IMAGE_CONFLICT_COLUMN = {
  image: "conflict_image",
  here: "image_here",
  because: "because",
  from: "came_from",
  settled: "is_settled",
} as const;

/** The columns of the table {@link IMAGE_CONFLICTS_TABLE}. */
export const IMAGE_CONFLICTS_COLUMNS: readonly Column[] = [
  {
    name: IMAGE_CONFLICT_COLUMN.image,
    type: "utf8",
    nullable: false,
    description: "the image of the other copy that was left out",
  },
  {
    name: IMAGE_CONFLICT_COLUMN.here,
    type: "utf8",
    nullable: false,
    description: "the image here that stands in its place",
  },
  {
    name: IMAGE_CONFLICT_COLUMN.because,
    type: "utf8",
    nullable: false,
    description: "same_file: both copies ingested one file; other_pixels: one id, and other pixels",
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
];
