// Encodes an artifact as it would be stored, to find out whether storing it would change anything.

import { encodeParquet } from "@kym/zarr-store/table";
import type { SourcedArtifact } from "../../content/image-content.ts";
import { sha256Of } from "../files/sha256-of.ts";

/** Computes the SHA-256 of the object in which an artifact is stored; undefined for an array, which has several. */
export async function hashArtifact(artifact: SourcedArtifact): Promise<string | undefined> {
  const bytes = await artifactBytes(artifact);
  return bytes && sha256Of(bytes);
}

/** The bytes of the object in which an artifact is stored; undefined for an array, which has several. */
export async function artifactBytes(artifact: SourcedArtifact): Promise<Uint8Array<ArrayBuffer> | undefined> {
  switch (artifact.kind) {
    case "json":
      return new TextEncoder().encode(artifact.text);
    case "table":
      return encodeParquet(artifact.table, { schema: artifact.schema });
    case "attachment":
      return artifact.bytes;
    case "array":
      return undefined;
    default:
      return artifact satisfies never;
  }
}
