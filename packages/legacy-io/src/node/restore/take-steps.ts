// Takes steps that another program changed in the group of an exported OME-Zarr image.

import { calibrationOf, editMetadata, loadMetadataText, parseMetadata, UNITS } from "@kym/kym-schema";
import { editCalibration } from "@kym/kym-schema/calibration";
import type { ZarrImageRecord } from "@kym/zarr-store";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { isLegacyIoError } from "../../errors.ts";
import { ngffAxes } from "../../ngff/ngff-axes.ts";
import { isNgffImage, readNgffImage } from "../../ngff/ngff-image.ts";
import { imageLayout } from "../../tiff/axes/image-layout.ts";
import { type StatedScale, type StatedScales, statedScales } from "../../tiff/axes/stated-scales.ts";
import { groupAttributes } from "../ngff/open-zarr-image.ts";
import type { ZarrFiles } from "../ngff/zarr-files.ts";
import { storeMetadata } from "../update/update-record.ts";
import type { KymImage } from "./read-kym-folder.ts";

/** The document of the group, whose steps count. */
const GROUP = ZARR_NODE_NAME;

/** Takes changed steps of `zarr.json` into the metadata of a restored image, and says so. */
export async function takeSteps(
  record: ZarrImageRecord,
  files: ZarrFiles,
  { image, manifest }: KymImage,
): Promise<readonly string[]> {
  let readings: readonly StatedScales[];
  const words: string[] = [];
  try {
    const attributes = await groupAttributes(files);
    if (attributes === undefined || !isNgffImage(attributes)) {
      return [`${GROUP} says nothing of an OME-Zarr image any more: nothing of it is taken`];
    }
    const ngff = readNgffImage(attributes);
    const shape = manifest.pixels.axisOrder.map((axis) => image.shape[axis] ?? 1);
    words.push(...ngff.problems);
    // Both were written alike, so the one that differs from the metadata is the one that was changed.
    readings = [{ ...ngff, pixels: undefined }, ngff].map((one) => {
      const { said } = ngffAxes(one, shape);
      return statedScales(imageLayout(said), said.calibration);
    });
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    return [`${GROUP} cannot be read any more: ${error.message}`];
  }
  const text = (await loadMetadataText(record)) ?? "{}";
  const { header } = parseMetadata(text);
  const before = calibrationOf(header);
  const stepOf = (at: number, unit: StatedScale["unit"], was: number | null): number | undefined => {
    const steps = readings.flatMap((scales) => {
      const scale = scales.at(at);
      return scale?.unit === unit && scale.step !== was ? [scale.step] : [];
    });
    return steps[0];
  };
  const [secondsPerLine, umPerPx] = [
    stepOf(-2, UNITS.second, before.secondsPerLine),
    stepOf(-1, UNITS.micrometre, before.umPerPx),
  ];
  const edit = {
    ...(secondsPerLine !== undefined && { secondsPerLine }),
    ...(umPerPx !== undefined && { umPerPx }),
  };
  const changed = editCalibration(header, image.shape, edit);
  if (changed === undefined) {
    return [...words, `${GROUP}: its axes and steps are as they were, and nothing else of it is taken`];
  }
  await storeMetadata(record, editMetadata(text, { header: changed }));
  const told = [
    ...("secondsPerLine" in edit
      ? [`${before.secondsPerLine ?? "unknown"} → ${String(edit.secondsPerLine)} s per line`]
      : []),
    ...("umPerPx" in edit ? [`${before.umPerPx ?? "unknown"} → ${String(edit.umPerPx)} µm per pixel`] : []),
  ];
  return [...words, `${GROUP}: taken: ${told.join(", ")}`];
}
