import { ARTIFACTS, loadMetadataText } from "@kym/kym-schema";
import { METADATA_KEYS } from "@kym/kym-schema/keys";
import type { DatasetContents } from "@kym/zarr-store";
import {
  getMember,
  type JsonNode,
  parseLossless,
  plainValue,
  serializeLossless,
  setMember,
} from "@kym/zarr-store/json";
import { metadataOrigin } from "./metadata-origin.ts";

type ImageRecord = ReturnType<DatasetContents["record"]>;

/** What people decided about an image, and what its successor is given: also which ROI ids were ever used. */
const CARRIED = [METADATA_KEYS.rois, METADATA_KEYS.roiIdHighWaterMark, METADATA_KEYS.accepted];

/**
 * Gives a record that takes another's place the other's ROIs and `accepted` (design §6), as they are in the dataset, so
 * that no ROI id comes back there either, and the masks that the ROIs name. Provenance keeps the hash of the metadata that
 * the files make, so that what was carried over counts as the dataset's own. Nothing is to be carried if it came from files
 * that still speak of the image: `usable` are the absolute paths of those.
 */
export async function carryOverUserEdits(
  from: ImageRecord,
  to: ImageRecord,
  usable: readonly string[],
): Promise<void> {
  const origin = await metadataOrigin(from);
  if (!origin.isEdited && origin.sources.every((path) => usable.includes(path))) {
    return;
  }
  const [before, after] = [await loadMetadata(from), await loadMetadata(to)];
  if (before?.kind !== "object" || after?.kind !== "object") {
    return;
  }
  let merged = after;
  for (const key of CARRIED) {
    const value = getMember(before, key);
    merged = value === undefined ? merged : setMember(merged, key, value);
  }
  const text = serializeLossless(merged);
  if (text !== serializeLossless(after)) {
    await to.json.saveBytes(ARTIFACTS.metadata, new TextEncoder().encode(text));
  }
  const arrays = new Set(await from.listArrayArtifacts());
  const taken = new Set(await to.listArrayArtifacts());
  for (const name of maskRefs(plainValue(getMember(before, METADATA_KEYS.rois) ?? before))) {
    if (arrays.has(name) && !taken.has(name)) {
      const { dimensionNames, chunkShape, attributes } = await from.arrays.open(name);
      await to.saveArrayArtifact(name, await from.loadArrayArtifact(name), {
        chunks: chunkShape,
        attributes,
        ...(isNamed(dimensionNames) && { axes: dimensionNames }),
      });
    }
  }
}

async function loadMetadata(record: ImageRecord): Promise<JsonNode | undefined> {
  const text = await loadMetadataText(record, { ifUnreadable: "none" });
  return text === undefined ? undefined : parseLossless(text, { allowNonFinite: true });
}

function isNamed(names: readonly (string | null)[] | undefined): names is readonly string[] {
  return names?.every((name) => name !== null) === true;
}

function maskRefs(rois: unknown): readonly string[] {
  if (Array.isArray(rois)) {
    return rois.flatMap(maskRefs);
  }
  if (typeof rois !== "object" || rois === null) {
    return [];
  }
  return Object.entries(rois).flatMap(([key, value]) =>
    key === "mask_ref" && typeof value === "string" ? [value] : maskRefs(value),
  );
}
