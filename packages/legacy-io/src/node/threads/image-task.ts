// What the threads of an ingest are given, and what they give back: facts, never pixels.

import type { StagedArray, StagingPlace } from "@kym/zarr-store";
import type { ImageFiles, ReadImage, ReadImageOptions } from "../read/image-in-files.ts";
import type { EncodedOverviews } from "../read/made-overviews.ts";

/** Which image to read and stage, and how. */
export interface ImageTask extends Pick<ReadImageOptions, "limits" | "applyCalibration"> {
  readonly files: ImageFiles;
  readonly place: StagingPlace;
  readonly compression: "zstd" | "none" | undefined;
}

/** An image whose pixels are staged. */
export interface StagedImage extends Pick<ReadImage, "files" | "axes" | "pixelsSha256" | "said"> {
  readonly pixels: StagedArray;
  readonly overviews: EncodedOverviews;
}

/** What became of a task. A reason is for people, and concerns this image alone. */
export type ImageOutcome =
  | { readonly kind: "staged"; readonly image: StagedImage }
  | { readonly kind: "failed"; readonly reason: string }
  /** An error that the image did not cause. */
  | { readonly kind: "broken"; readonly message: string };
