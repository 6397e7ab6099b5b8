// Carries people's edits from a record to the one that replaces it.

import { ARTIFACTS, loadMetadataText } from "@kym/kym-schema";
import { METADATA_KEYS } from "@kym/kym-schema/keys";
import { type PlaneSize, toEnvelope } from "@kym/roi";
import type { DatasetContents } from "@kym/zarr-store";
import {
  getMember,
  type JsonNode,
  nodeOf,
  parseLossless,
  plainValue,
  serializeLossless,
  setMember,
} from "@kym/zarr-store/json";
import { carryEditedFields, usedFields } from "../../content/experiment-fields.ts";
import { planeSize } from "../../content/rois/plane-size.ts";
import { NO_ROI_IDS, readRoi, roisOfMetadata, withTakenRois } from "../../content/rois/rois-in-metadata.ts";
import { takeInRois } from "../../content/rois/take-in-rois.ts";
import { turnRoi } from "../../content/rois/turn-roi.ts";
import type { FieldValues } from "../../folder/paths/fields-of-path.ts";
import { rememberedTiff } from "../../tiff/axes/tiff-attributes.ts";
import { loadProvenance } from "../scan/load-provenance.ts";
import { metadataOrigin } from "./metadata-origin.ts";

type ImageRecord = ReturnType<DatasetContents["record"]>;

/** Members of `metadata` that the successor gets: decisions of people, and which ROI ids were ever used. */
const CARRIED = [
  METADATA_KEYS.rois,
  METADATA_KEYS.roiIdHighWaterMark,
  METADATA_KEYS.roiSources,
  METADATA_KEYS.accepted,
];

/**
 * Copies ROIs, the masks that they name and `accepted` from a record to its replacement, and the highest used ROI id, so
 * that no id is used twice. ROIs that came with the changed file are added to them. What folder names give and a person edited is copied too.
 *
 * Nothing is copied if the old metadata were not edited and all their source files can still be used: the new record has
 * been made from those files already. `usable` are the absolute paths of such files.
 *
 * Provenance keeps the hash of the metadata as the files give them. A later refresh therefore sees the copied members as
 * edits in the dataset.
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
  const isTurned = (await isTurnedImage(from)) !== (await isTurnedImage(to));
  let merged: JsonNode = after;
  for (const key of CARRIED) {
    const value =
      key === METADATA_KEYS.rois && isTurned ? turned(getMember(before, key)) : getMember(before, key);
    merged = value === undefined ? merged : setMember(merged, key, value);
  }
  const [was, now] = [await folderFieldsOf(from), await folderFieldsOf(to)];
  merged = carryEditedFields(merged, before, was, now);
  const text = withNewRois(
    serializeLossless(merged),
    serializeLossless(after),
    planeSize(await shapeOf(to), await to.getAxes()),
  );
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

/**
 * Adds the ROIs that other programs' files have now and did not have when the former record was made: those that a person drew
 * in the changed file.
 */
function withNewRois(text: string, madeNow: string, size: PlaneSize): string {
  const now = roisOfMetadata(madeNow);
  if (now.ids.size === 0) {
    return text;
  }
  const { rois: present, ids: takenBefore, highWaterMark } = roisOfMetadata(text);
  const ofFiles = new Set(now.ids.values());
  const rois = now.rois.filter(({ id }) => ofFiles.has(id)).map((draft) => ({ draft, place: "" }));
  const file = { fileName: "", relPath: "", found: { rois, problems: [] } };
  const before = { ...NO_ROI_IDS, highWaterMark };
  return withTakenRois(text, takeInRois({ size, files: [file], present, takenBefore, before }));
}

/** Whether rows and columns of the TIFF changed places when it was read. Versions before 0.3 turned none. */
async function isTurnedImage(record: ImageRecord): Promise<boolean> {
  const { length } = await shapeOf(record);
  return rememberedTiff(await record.attributes(), length).isTurned;
}

/** The ROIs of an image that is turned now. Anything else stays as it is. */
function turned(rois: JsonNode | undefined): JsonNode | undefined {
  return rois?.kind !== "array"
    ? rois
    : nodeOf(
        rois.items.map((item) => {
          const roi = readRoi(item);
          return roi === undefined ? item : nodeOf(toEnvelope(turnRoi(roi)));
        }),
      );
}

async function shapeOf(record: ImageRecord): Promise<readonly number[]> {
  return (await record.openArray()).shape;
}

/** What the names of an image's folders gave. */
async function folderFieldsOf(record: ImageRecord): Promise<FieldValues> {
  const { pathFields } = (await loadProvenance(record)) ?? {};
  return pathFields === undefined ? {} : usedFields(pathFields);
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
