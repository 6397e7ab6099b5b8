// Adds ROIs of other files to the text of the artifact `metadata`, and reads which were added before.

import { METADATA_KEYS } from "@kym/kym-schema/keys";
import { isRoiError, type Roi, roiFromEnvelope, toEnvelope } from "@kym/roi";
import {
  getMember,
  type JsonNode,
  nodeOf,
  parseLossless,
  plainValue,
  serializeLossless,
  setMember,
} from "@kym/zarr-store/json";
import { withoutNonFinite } from "../../formats/json/without-non-finite.ts";
import type { GivenRoiIds, TakenInRois } from "./take-in-rois.ts";

/** The ROIs of a metadata text. */
export interface RoisOfMetadata extends GivenRoiIds {
  /** Entries that are not valid ROIs are left out. */
  readonly rois: readonly Roi[];
}

/** No ROI, and no id given. */
export const NO_ROI_IDS: GivenRoiIds = { ids: new Map(), highWaterMark: 0 };

/** Reads the ROIs of a metadata text, the ids that ROIs of files were given, and the highest id. */
export function roisOfMetadata(text: string): RoisOfMetadata {
  const document = parseLossless(text, { allowNonFinite: true });
  const list = getMember(document, METADATA_KEYS.rois);
  const rois = list?.kind === "array" ? list.items.flatMap((item) => readRoi(item) ?? []) : [];
  const sources = getMember(document, METADATA_KEYS.roiSources);
  const members = sources?.kind === "object" ? [...sources.members] : [];
  const ids = members.flatMap(([key, node]): (readonly [string, number])[] => {
    const id = plainValue(node);
    return isId(id) ? [[key, Number(id)]] : [];
  });
  const mark = plainValue(getMember(document, METADATA_KEYS.roiIdHighWaterMark) ?? nodeOf(0));
  const highest = Math.max(0, ...rois.map(({ id }) => id), ...ids.map(([, id]) => id));
  return {
    rois,
    ids: new Map(ids),
    highWaterMark: isId(mark) ? Math.max(highest, Number(mark)) : highest,
  };
}

/** Adds ROIs to a metadata text, and notes their keys. Without any, the text stays as it is. */
export function withTakenRois(text: string, { rois, ids }: Pick<TakenInRois, "rois" | "ids">): string {
  if (ids.size === 0) {
    return text;
  }
  const document = parseLossless(text, { allowNonFinite: true });
  const list = getMember(document, METADATA_KEYS.rois);
  const items = list?.kind === "array" ? list.items : [];
  const { ids: noted } = roisOfMetadata(text);
  const isNoted = [...ids].every(([key, id]) => noted.get(key) === id);
  if (rois.length === 0 && isNoted) {
    return text;
  }
  const added = rois.length === 0 ? [] : rois.map((roi) => nodeOf(toEnvelope(roi)));
  const whole =
    added.length === 0 ? document : setMember(document, METADATA_KEYS.rois, nodeOf([...items, ...added]));
  const sources = nodeOf(Object.fromEntries([...noted, ...ids]));
  return serializeLossless(withoutNonFinite(setMember(whole, METADATA_KEYS.roiSources, sources)));
}

/** Reads an entry of the list of ROIs; undefined if it is not a valid ROI. */
export function readRoi(node: JsonNode): Roi | undefined {
  try {
    return roiFromEnvelope(plainValue(withoutNonFinite(node)));
  } catch (error) {
    if (isRoiError(error)) {
      return undefined;
    }
    throw error;
  }
}

function isId(value: unknown): boolean {
  return (
    (typeof value === "number" || typeof value === "bigint") &&
    Number.isSafeInteger(Number(value)) &&
    value > 0
  );
}
