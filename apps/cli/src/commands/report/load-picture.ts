// Loads what a report draws of an image: its overview, and the chunks that hold 600 of its lines.

import { AcqImage, loadOverview } from "@kym/kym-dataset";
import { overviewByParts, type PixelPlane, pixelPlaneOf } from "@kym/view";
import { isZarrStoreError, type ReadOptions, type ZarrDataset } from "@kym/zarr-store";
import { type PictureParts, packPicture } from "../../page/picture/pack-picture.ts";
import type { PackedPicture } from "../../page/picture/packed-picture.ts";
import type { ReportImage, ReportImageDetail } from "../../report/report-data.ts";
import { detailStretch } from "../plot/load-figure.ts";

export interface LoadedPicture {
  /** A sentence says why it is missing. */
  readonly picture: PackedPicture | string;
  /** Sentences about it. */
  readonly notes: readonly string[];
}

/**
 * Loads a picture of the channel that was analysed, or of the first. Of the pixels it reads the chunks of its 600 lines; all of them
 * only if the dataset has no overview of them. Pixels that cannot be read are said, and do not stop a report of the others.
 *
 * @throws {ZarrStoreError} `not_found`, `aborted` and other errors that do not come from the pixels
 */
export async function loadPicture(
  dataset: ZarrDataset,
  image: ReportImage,
  detail: ReportImageDetail,
  options: ReadOptions,
): Promise<LoadedPicture> {
  const { lines, columns, channels, umPerPx, msPerLine } = image;
  if (lines === null || columns === null || lines * columns === 0) {
    return { picture: "There is no picture: the image has no pixels.", notes: [] };
  }
  const record = dataset.record(image.imageId);
  const acqImage = AcqImage.from({
    sourceKey: image.imageId,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  const channel = detail.traces[0]?.channel ?? detail.rois[0]?.channel ?? 1;
  const ofChannel = <Part extends { readonly channel: number }>(parts: readonly Part[]): readonly Part[] =>
    parts.filter((part) => part.channel === channel);
  const shown = {
    rois: ofChannel(detail.rois),
    traces: ofChannel(detail.traces),
    events: ofChannel(detail.events),
  };
  const secondsPerLine = msPerLine === null ? null : msPerLine / 1000;
  const { start, stop } = detailStretch(shown.events, lines, secondsPerLine);
  try {
    const loadLines = async (rows: { readonly start: number; readonly stop: number }): Promise<PixelPlane> =>
      pixelPlaneOf(await acqImage.getSlice2d({ channel, rows }, options));
    const plane = await loadLines({ start, stop });
    const stored = await loadOverview(record, { channel, ...options });
    const parts: PictureParts = {
      ...{ lines, columns, secondsPerLine, umPerPx, detail: shown },
      // A dataset of an earlier version that nobody indexed since has none.
      overview: stored ?? (await overviewByParts({ lines, columns }, loadLines)),
      stretch: { firstLine: start, plane },
    };
    return {
      picture: packPicture(parts),
      notes:
        channels === null || channels === 1 ? [] : [`The pictures show channel ${channel} of ${channels}.`],
    };
  } catch (error) {
    if (isZarrStoreError(error, "integrity", "invalid_metadata", "modified_outside", "not_supported")) {
      return {
        picture: `There is no picture, because the pixels cannot be read: ${error.message}`,
        notes: [],
      };
    }
    throw error;
  }
}
