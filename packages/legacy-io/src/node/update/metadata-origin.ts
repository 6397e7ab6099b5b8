// Finds out whether an image's metadata were edited since ingest made them.

import { ARTIFACTS, loadMetadataText } from "@kym/kym-schema";
import type { DatasetContents } from "@kym/zarr-store";
import { imagePartKey } from "@kym/zarr-store/layout";
import { artifactsOfSidecars } from "../../content/artifacts-of-sidecars.ts";
import { metadataText } from "../../content/image-metadata.ts";
import { loadFacts } from "../../content/recordings/recorded-facts.ts";
import { loadImageJTags } from "../../content/rois/imagej-tags.ts";
import { NO_ROI_IDS, roisOfMetadata } from "../../content/rois/rois-in-metadata.ts";
import type { GivenRoiIds } from "../../content/rois/take-in-rois.ts";
import { rememberedTiff } from "../../tiff/axes/tiff-attributes.ts";
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
  const current = (await record.objectHashes()).get(METADATA_KEY);
  const expected = made.at(-1)?.sha256 ?? ofFolders?.sha256 ?? (await bareMetadata(record, current)).sha256;
  return { isEdited: current !== expected, sources: made.map(({ path }) => path) };
}

/**
 * The metadata of an image without any sidecar, and the SHA-256 under which they are stored: what the TIFF said when it was last
 * read. Versions before 0.3 did not use what the TIFF states: if the stored metadata, of the hash `current`, are theirs, or
 * nothing is remembered of the TIFF, these are returned.
 */
export async function bareMetadata(record: ImageRecord, current: string | undefined): Promise<BareMetadata> {
  const { shape } = await record.openArray();
  const before = hashed(
    metadataText({ shape, olympus: undefined, classic: undefined, scales: undefined, accepted: true }),
  );
  if (before.sha256 === current) {
    return before;
  }
  const { artifacts } = await artifactsOfSidecars({
    shape,
    axes: await record.getAxes(),
    tiff: { relPath: "", ...rememberedTiff(await record.attributes(), shape.length) },
    tags: await loadImageJTags(record),
    recording: await loadFacts(record),
    // A ROI of a file that was saved again has another id than if it had come first.
    roiIds: async () => ({ ...(await givenRoiIds(record)), highWaterMark: 0 }),
    pixelsSha256: "",
    sidecars: [],
  });
  const [metadata] = artifacts;
  return metadata?.kind === "json" ? hashed(metadata.text) : before;
}

export interface BareMetadata {
  readonly text: string;
  readonly sha256: string;
}

/** The ids that ROIs of files have in the present metadata of an image. */
export async function givenRoiIds(record: ImageRecord): Promise<GivenRoiIds> {
  const text = await loadMetadataText(record, { ifUnreadable: "none" });
  return text === undefined ? NO_ROI_IDS : roisOfMetadata(text);
}

function hashed(text: string): BareMetadata {
  return { text, sha256: sha256Of(new TextEncoder().encode(text)) };
}
