// Finds out whether an image's metadata were edited since ingest made them.

import { ARTIFACTS } from "@kym/kym-schema";
import type { DatasetContents } from "@kym/zarr-store";
import { imagePartKey } from "@kym/zarr-store/layout";
import { artifactsOfSidecars } from "../../content/artifacts-of-sidecars.ts";
import { type ImageJTags, loadImageJTags } from "../../content/rois/imagej-tags.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { loadProvenance } from "../scan/load-provenance.ts";

export const METADATA_KEY: string = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });

/** Whether an image's metadata were edited, and the absolute paths of the files they were made from. */
export interface MetadataOrigin {
  readonly isEdited: boolean;
  readonly sources: readonly string[];
}

type ImageRecord = ReturnType<DatasetContents["record"]>;

export async function metadataOrigin(record: ImageRecord): Promise<MetadataOrigin> {
  const { sidecars = [], pathFields } = (await loadProvenance(record)) ?? {};
  const isMetadata = ({ key }: { readonly key: string }): boolean => key === METADATA_KEY;
  const made = sidecars.flatMap(({ path, artifacts }) =>
    artifacts.filter(isMetadata).map((artifact) => ({ path, ...artifact })),
  );
  const ofFolders = pathFields?.artifacts.find(isMetadata);
  const expected = made.at(-1)?.sha256 ?? ofFolders?.sha256 ?? (await bareMetadata(record)).sha256;
  const current = (await record.objectHashes()).get(METADATA_KEY);
  return { isEdited: current !== expected, sources: made.map(({ path }) => path) };
}

/** The metadata of an image without any sidecar, and the SHA-256 under which they are stored. */
export async function bareMetadata(
  record: ImageRecord,
  tags?: ImageJTags,
): Promise<{ readonly text: string; readonly sha256: string }> {
  const { shape } = await record.openArray();
  const { artifacts } = await artifactsOfSidecars({
    shape,
    axes: await record.getAxes(),
    tags: tags ?? (await loadImageJTags(record)),
    pixelsSha256: "",
    sidecars: [],
  });
  const [metadata] = artifacts;
  const text = metadata?.kind === "json" ? metadata.text : "";
  return { text, sha256: sha256Of(new TextEncoder().encode(text)) };
}
