// What an exported TIFF tells ImageJ besides pixels and scale: the ROIs of the image, and what its own TIFF told.

import { loadMetadataText } from "@kym/kym-schema";
import { isRoiError, type PlaneSize, type Roi } from "@kym/roi";
import { imageJBytesOf, imageJKeptBytes } from "@kym/roi/imagej";
import { isZarrStoreError, type ZarrImageRecord } from "@kym/zarr-store";
import { loadImageJTags } from "../../content/rois/imagej-tags.ts";
import { planeSize } from "../../content/rois/plane-size.ts";
import { roisOfMetadata } from "../../content/rois/rois-in-metadata.ts";
import { CAME_FROM } from "../../content/rois/take-in-rois.ts";
import { turnRoi, turnSize } from "../../content/rois/turn-roi.ts";
import { TIFF_PLACES } from "../../formats/rois/rois-of-tags.ts";
import type { ImageJMetadata } from "../../tiff/descriptions/imagej-metadata.ts";
import type { ExportSink } from "./staged-folder.ts";

/** The part of a sink that keeps paths of this machine out of what is written. */
type Redaction = Pick<ExportSink, "redactText" | "canWriteAttachment">;

/**
 * Composes ImageJ's metadata of an image. The info, labels, display ranges, LUTs and blocks of other types are those of its own
 * TIFF. The overlay has the present ROIs; the selection is the ROI that was the selection. Masks are left out.
 * Undefined if there is nothing to tell.
 *
 * @param isTurned true if rows and columns change places in the TIFF; its ROIs then do too
 */
export async function imageJMetadataOf(
  record: ZarrImageRecord,
  sink: Redaction,
  isTurned = false,
): Promise<ImageJMetadata | undefined> {
  const redactText = (text: string): string => sink.redactText?.(text) ?? text;
  const tags = await loadImageJTags(record);
  const { shape } = await record.openArray();
  const plane = planeSize(shape, await record.getAxes());
  const size = isTurned ? turnSize(plane) : plane;
  const rois = (await loadRois(record)).map((roi) => (isTurned ? turnRoi(roi) : roi));
  const bytesOf = (roi: Roi): Uint8Array =>
    imageJBytesOf({ ...withoutPaths(roi, sink), name: redactText(roi.name) }, size);
  const writable = rois.filter((roi) => isWritable(roi, size));
  const selected = writable.find((roi) => placesOf(roi).includes(TIFF_PLACES.selection));
  const overlay = writable.filter(
    (roi) => roi !== selected || placesOf(roi).some((place) => place !== TIFF_PLACES.selection),
  );
  if (tags === undefined && writable.length === 0) {
    return undefined;
  }
  const { info, properties = [], labels = [], ranges = [], luts = [], others = [] } = tags?.metadata ?? {};
  return {
    info: info === undefined ? undefined : redactText(info),
    properties: properties.map(redactText),
    labels: labels.map(redactText),
    ranges,
    luts,
    selection: selected && bytesOf(selected),
    overlay: overlay.map(bytesOf),
    others: others.filter(({ bytes }) => sink.canWriteAttachment?.(bytes) !== false),
  };
}

/** A ROI without the bytes that it came with from ImageJ, if they have a path of this machine, as in a property. */
export function withoutPaths(roi: Roi, sink: Redaction): Roi {
  const bytes = imageJKeptBytes(roi);
  if (bytes === undefined || sink.canWriteAttachment?.(bytes) !== false) {
    return roi;
  }
  const { imagej: _, ...extra } = roi.extra;
  return { ...roi, extra };
}

async function loadRois(record: ZarrImageRecord): Promise<readonly Roi[]> {
  try {
    const text = await loadMetadataText(record);
    return text === undefined ? [] : roisOfMetadata(text).rois;
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file")) {
      return [];
    }
    throw error;
  }
}

/** False for masks and ROIs without a size, which the export names elsewhere. */
function isWritable(roi: Roi, size: PlaneSize): boolean {
  try {
    return imageJBytesOf(roi, size).length > 0;
  } catch (error) {
    if (isRoiError(error)) {
      return false;
    }
    throw error;
  }
}

function placesOf({ extra }: Roi): readonly unknown[] {
  const came = extra[CAME_FROM];
  return Array.isArray(came)
    ? came.map((source: unknown) =>
        typeof source === "object" && source !== null && "place" in source ? source.place : undefined,
      )
    : [];
}
