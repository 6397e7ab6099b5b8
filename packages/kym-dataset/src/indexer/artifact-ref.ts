// Names an image's artifacts by format and name, and finds those that an image has.

import type { ZarrImageRecord } from "@kym/zarr-store";
import { imagePartKeys } from "@kym/zarr-store/layout";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "../errors.ts";

/** Names an artifact of an image, as in `{format: "parquet", name: "velocity_events/events"}`. */
export interface ArtifactRef {
  readonly format: "json" | "parquet" | "csv.gz";
  readonly name: string;
}

/** An artifact that an image has, with its place. */
export interface FoundArtifact extends ArtifactRef {
  /** Its path below `images/<id>/`. */
  readonly key: string;
}

/** The SHA-256 of each object of an image, by its path below `images/<id>/`; see `record.objectHashes()`. */
export type ObjectHashes = ReadonlyMap<string, string>;

/** The hashes of an image that does not exist. */
export const NO_OBJECTS: ObjectHashes = new Map();

export function jsonArtifact(name: string): ArtifactRef {
  return { format: "json", name };
}

/** A table artifact in both of its formats. Parquet comes first because it is preferred. */
export function tableArtifact(name: string): readonly ArtifactRef[] {
  return [
    { format: "parquet", name },
    { format: "csv.gz", name },
  ];
}

/**
 * The paths at which an artifact may be stored, the preferred one first. JSON has two, because the Python system once
 * gzipped it.
 */
export function artifactKeys(ref: ArtifactRef): readonly string[] {
  return imagePartKeys({ kind: ref.format, name: ref.name });
}

/** Finds the first of these artifacts that the image has. Reads nothing. */
export function findArtifact(refs: readonly ArtifactRef[], hashes: ObjectHashes): FoundArtifact | undefined {
  for (const ref of refs) {
    const key = artifactKeys(ref).find((candidate) => hashes.has(candidate));
    if (key !== undefined) {
      return { ...ref, key };
    }
  }
  return undefined;
}

/**
 * Loads a table artifact. `decodeParquet` explains `memory`.
 *
 * @throws {KymDatasetError} `invalid_argument` for a JSON artifact
 * @throws {ZarrStoreError} `not_found` if it was deleted meanwhile, `invalid_file`, `modified_outside`
 */
export async function loadTableArtifact(
  record: ZarrImageRecord,
  found: ArtifactRef,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly memory?: "own" | "shared" | undefined;
  } = {},
): Promise<Table> {
  switch (found.format) {
    case "parquet":
      return record.loadParquet(found.name, options);
    case "csv.gz":
      return record.loadCsvGz(found.name, options);
    case "json":
      throw new KymDatasetError("invalid_argument", `${found.name} is JSON, not a table`, {
        path: found.name,
        expected: ["parquet", "csv.gz"],
        found: "json",
      });
    default:
      return found.format satisfies never;
  }
}
