// Finds out whether an image's metadata were edited since ingest made them.

import { ARTIFACTS } from "@kym/kym-schema";
import type { DatasetContents } from "@kym/zarr-store";
import { imagePartKey } from "@kym/zarr-store/layout";
import { metadataText } from "../../content/image-metadata.ts";
import type { StatedScales } from "../../tiff/axes/stated-scales.ts";
import { rememberedTiff } from "../../tiff/axes/tiff-attributes.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { loadProvenance } from "../scan/load-provenance.ts";

export const METADATA_KEY: string = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });

/** Whether an image's metadata were edited, and the absolute paths of the files they were made from. */
export interface MetadataOrigin {
  readonly isEdited: boolean;
  readonly sources: readonly string[];
}

export async function metadataOrigin(record: ReturnType<DatasetContents["record"]>): Promise<MetadataOrigin> {
  const { sidecars = [], pathFields } = (await loadProvenance(record)) ?? {};
  const isMetadata = ({ key }: { readonly key: string }): boolean => key === METADATA_KEY;
  const made = sidecars.flatMap(({ path, artifacts }) =>
    artifacts.filter(isMetadata).map((artifact) => ({ path, ...artifact })),
  );
  const ofFolders = pathFields?.artifacts.find(isMetadata);
  const current = (await record.objectHashes()).get(METADATA_KEY);
  const expected = made.at(-1)?.sha256 ?? ofFolders?.sha256 ?? (await bareMetadata(record, current)).sha256;
  return { isEdited: current !== expected, sources: made.map(({ path }) => path) };
}

/**
 * The metadata of an image without any sidecar, and the SHA-256 under which they are stored. Versions before 0.3 did not use what
 * the TIFF states: if the stored metadata, of the hash `current`, are theirs, these are returned.
 */
export async function bareMetadata(
  record: ReturnType<DatasetContents["record"]>,
  current: string | undefined,
): Promise<BareMetadata> {
  const { shape } = await record.openArray();
  const { scales } = rememberedTiff(await record.attributes(), shape.length);
  const before = bareText(shape, undefined);
  return before.sha256 === current ? before : bareText(shape, scales);
}

export interface BareMetadata {
  readonly text: string;
  readonly sha256: string;
}

function bareText(shape: readonly number[], scales: StatedScales | undefined): BareMetadata {
  const text = metadataText({ shape, olympus: undefined, classic: undefined, scales, accepted: true });
  return { text, sha256: sha256Of(new TextEncoder().encode(text)) };
}
