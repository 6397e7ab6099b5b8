// The result of reading a bundle: pixels and artifacts, ready to be stored.

import { ARTIFACTS, planeScales } from "@kym/kym-schema";
import type { NdArray } from "@kym/zarr-store";
import type { AxisScales } from "@kym/zarr-store/array";
import { imagePartKey } from "@kym/zarr-store/layout";
import type { GivenArtifact } from "../formats/sidecar-format.ts";

/** An artifact or attachment to store with an image. */
export type ContentArtifact =
  | GivenArtifact
  /** A file, unchanged. */
  | { readonly kind: "attachment"; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** An artifact, with the files that it was made from, as paths relative to the folder. */
export type SourcedArtifact = ContentArtifact & { readonly from: readonly string[] };

/** A sentence about a file. */
export interface ContentNote {
  readonly path: string;
  readonly reason: string;
  /** Set if the file could not be understood, so that nothing of it but its bytes is in the dataset. */
  readonly kind?: "not_understood";
}

/** Everything that a lab's files say about one image, ready to be stored. */
export interface ImageContent {
  readonly image: NdArray;
  readonly axes: readonly string[];
  readonly artifacts: readonly SourcedArtifact[];
  /** Files that were not understood, that contradict each other or that are shadowed, with the reason. */
  readonly notes: readonly ContentNote[];
  readonly nRois: number;
  /** Paths of files that were not understood or are about another image. */
  readonly unusable: readonly string[];
}

/** The scale of each axis of an image, as its metadata say; none where they say nothing. */
export function scalesOf(artifacts: readonly ContentArtifact[], rank: number): AxisScales {
  const metadata = artifacts.find(({ kind, name }) => kind === "json" && name === ARTIFACTS.metadata);
  return planeScales(metadata?.kind === "json" ? metadata.text : undefined, rank);
}

/** Returns the path, relative to `images/<id>/`, at which an artifact is stored; for an array, that of its directory. */
export function artifactKey(artifact: ContentArtifact): string {
  const { kind, name } = artifact;
  return imagePartKey({ kind: kind === "table" ? "parquet" : kind, name });
}
