import type { NdArray } from "@kym/zarr-store";
import { imagePartKey } from "@kym/zarr-store/layout";
import type { GivenArtifact } from "../formats/sidecar-format.ts";

/** Something to be stored with an image. */
export type ContentArtifact =
  | GivenArtifact
  /** A file as it came. */
  | { readonly kind: "attachment"; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** An artifact, and the files that it was made of, by their path below the folder. */
export type SourcedArtifact = ContentArtifact & { readonly from: readonly string[] };

/** All that a lab's files say about one image, ready to be stored. */
export interface ImageContent {
  readonly image: NdArray;
  readonly axes: readonly string[];
  readonly artifacts: readonly SourcedArtifact[];
  /** Files that were not understood, contradict each other or are shadowed, and why. */
  readonly notes: readonly { readonly path: string; readonly reason: string }[];
  readonly nRois: number;
  /** Paths of files that say nothing about the image: not understood, or about another one. */
  readonly unusable: readonly string[];
}

/** The key below `images/<id>/` at which an artifact is stored; for an array, its directory. */
export function artifactKey(artifact: ContentArtifact): string {
  const { kind, name } = artifact;
  return imagePartKey({ kind: kind === "table" ? "parquet" : kind, name });
}
