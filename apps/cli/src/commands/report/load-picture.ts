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
  /** What of it could not be read, and why, which can name a file; null if all is there. */
  readonly unread: string | null;
}

/**
 * Loads a picture of the channel that was analysed, or of the first. Of the pixels it reads the chunks of its 600 lines; all of them
 * only if the dataset has no overview of them. What cannot be read is said: if it is the lines, the overview is shown alone, and the
 * other way round.
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
    return { picture: "There is no picture: the image has no pixels.", notes: [], unread: null };
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
  const loadLines = async (rows: { readonly start: number; readonly stop: number }): Promise<PixelPlane> =>
    pixelPlaneOf(await acqImage.getSlice2d({ channel, rows }, options));
  const plane = await readable(() => loadLines({ start, stop }));
  const stored = await readable(() => loadOverview(record, { channel, ...options }));
  const overview =
    "value" in stored && stored.value !== null
      ? stored
      : // A dataset of an earlier version that nobody indexed since has none.
        await readable(() => overviewByParts({ lines, columns }, loadLines));
  const unread = "unread" in plane ? plane.unread : "unread" in overview ? overview.unread : null;
  if ("unread" in plane && "unread" in overview) {
    return {
      picture: `There is no picture, because the pixels cannot be read: ${unread}`,
      notes: [],
      unread,
    };
  }
  const parts: PictureParts = {
    ...{ lines, columns, secondsPerLine, umPerPx, detail: shown },
    overview: "unread" in overview ? null : overview.value,
    stretch: "unread" in plane ? null : { firstLine: start, plane: plane.value },
  };
  const elsewhere = detail.rois.filter((roi) => roi.channel !== channel).map(({ roiId }) => roiId);
  return {
    picture: packPicture(parts),
    notes: [
      ...(channels === null || channels === 1
        ? []
        : [`The pictures show channel ${channel} of ${channels}${elsewhereWords(elsewhere)}.`]),
      ...("unread" in plane ? ["The lines as recorded are not shown, because they cannot be read."] : []),
      ...("unread" in overview ? ["The whole scan is not shown, because it cannot be read."] : []),
    ],
    unread,
  };
}

/** ROIs that are not in the pictures. */
function elsewhereWords(roiIds: readonly number[]): string {
  return roiIds.length === 0
    ? ""
    : `; ${roiIds.length === 1 ? "ROI" : "ROIs"} ${roiIds.join(", ")} ${roiIds.length === 1 ? "is" : "are"} of another`;
}

async function readable<Value>(
  read: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly unread: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (isZarrStoreError(error, "integrity", "invalid_metadata", "modified_outside", "not_supported")) {
      return { unread: error.message };
    }
    throw error;
  }
}
