// Collects what a figure shows of one image: pixels, ROIs, traces and events.

import { AcqImage, KymDataset, type RoiEvent } from "@kym/kym-dataset";
import { calibrationOf } from "@kym/kym-schema";
import type { PaletteName } from "@kym/view";
import type { ReadOptions, ZarrDataset } from "@kym/zarr-store";
import type { FigureFacts, Stretch } from "../../figure/figure-facts.ts";
import { shortNumber } from "../../screen/short-number.ts";
import { CliError, usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { blindTraces } from "./blind-traces.ts";
import { figureNotes } from "./figure-notes.ts";
import { loadPixels } from "./load-pixels.ts";
import { DEFAULT_LINES, wantedStretch, wholeNumber } from "./plot-options.ts";

/** Traces beyond these have no room below the image. */
const MOST_TRACES = 4;

export interface FigureRequest {
  readonly imageId: string;
  readonly title: string;
  readonly at: string | undefined;
  readonly for: string | undefined;
  /** Ids, as the user typed them. */
  readonly roi: readonly string[] | undefined;
  readonly channel: string | undefined;
  readonly palette: PaletteName;
  /** Words that anybody may have written are left out. */
  readonly blind: boolean;
}

export interface LoadedFigure {
  readonly facts: FigureFacts;
  readonly channel: number;
}

/**
 * Loads a figure.
 *
 * @throws {CliError} `usage` for a stretch, ROI or channel that the image does not have; `not_supported` for an image without pixels
 */
export async function loadFigure(
  dataset: ZarrDataset,
  request: FigureRequest,
  options: ReadOptions,
): Promise<LoadedFigure> {
  const record = dataset.record(request.imageId);
  const image = AcqImage.from({
    sourceKey: request.imageId,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  const { rois, header } = await image.metadata(options);
  const pixelSize = calibrationOf(header);
  const loaded = await new KymDataset(dataset).loadTraces(request.imageId, options);
  const { traces, events } = request.blind ? blindTraces(loaded) : loaded;
  const ids = request.roi?.map((id) => wholeNumber("--roi", id, { min: 0, max: 999_999_999 }));
  const isWanted = (id: number): boolean => ids === undefined || ids.includes(id);
  const unknown = ids?.find(
    (id) => ![...rois.map((roi) => roi.id), ...traces.map(({ roiId }) => roiId)].includes(id),
  );
  if (unknown !== undefined) {
    throw usageError(`the image has no ROI ${unknown}`, "kym roi list lists its ROIs");
  }
  const channels = await image.channelsAvailable(options);
  const channel =
    request.channel === undefined
      ? (traces.find(({ roiId }) => isWanted(roiId))?.channel ?? 1)
      : wholeNumber("--channel", request.channel, { min: 1, max: channels.length });
  const { lines, columns } = await sizeOf(image, options);
  const wanted = wantedStretch(request, { lines, secondsPerLine: pixelSize.secondsPerLine });
  const ofChannel = traces.filter((trace) => isWanted(trace.roiId) && trace.channel === channel);
  const ofRois = events.filter((event) => isWanted(event.roiId) && event.channel === channel);
  const stretch = wanted ?? { start: 0, stop: lines };
  const shownEvents = ofRois.filter((event) => isWithin(event, stretch, pixelSize.secondsPerLine));
  const whole = { channel, columns, ...options };
  const { shown: main, contrast } = await loadPixels(image, stretch, whole);
  const detail =
    wanted !== undefined || main.linesPerBin === undefined
      ? undefined
      : (await loadPixels(image, detailStretch(shownEvents, lines, pixelSize.secondsPerLine), whole)).shown;
  const shownTraces = ofChannel.slice(0, MOST_TRACES);
  const notes = figureNotes({
    ...{ main, detail, contrast, traces: shownTraces, leftOut: ofChannel.slice(MOST_TRACES) },
    events: shownEvents,
    unplacedEvents: ofRois.filter(({ startS }) => startS === null || pixelSize.secondsPerLine === null)
      .length,
  });
  return {
    channel,
    facts: {
      title: printable(request.title),
      subtitle: subtitleOf({ lines, columns, channel, channels: channels.length }, pixelSize),
      ...{ pixelSize, contrast, main, detail, columns, notes },
      palette: request.palette,
      rois: rois.filter((roi) => isWanted(roi.id) && roi.channel === channel),
      traces: shownTraces,
      events: shownEvents,
    },
  };
}

async function sizeOf(
  image: AcqImage,
  options: ReadOptions,
): Promise<{ readonly lines: number; readonly columns: number }> {
  const { extent } = await image.rois(options);
  const { height: lines = 0, width: columns = 0 } = extent ?? {};
  if (lines === 0 || columns === 0) {
    throw new CliError(
      EXIT.input,
      "not_supported",
      `an image of ${lines} × ${columns} pixels has no picture`,
    );
  }
  return { lines, columns };
}

/** Whether an event begins in a stretch or reaches into it. Without a line period nobody knows. */
function isWithin({ startS, endS }: RoiEvent, stretch: Stretch, secondsPerLine: number | null): boolean {
  if (startS === null || secondsPerLine === null) {
    return false;
  }
  const [start, stop] = [startS / secondsPerLine, (endS ?? startS) / secondsPerLine];
  return start < stretch.stop && stop >= stretch.start;
}

/** Around the first event, where there is something to judge; in the middle of a scan without events. */
export function detailStretch(
  events: readonly Pick<RoiEvent, "startS">[],
  lines: number,
  secondsPerLine: number | null,
): Stretch {
  const eventS = events.find(({ startS }) => startS !== null)?.startS ?? null;
  const centre = eventS === null || secondsPerLine === null ? lines / 2 : eventS / secondsPerLine;
  const start = Math.max(0, Math.min(lines - DEFAULT_LINES, Math.round(centre - DEFAULT_LINES / 2)));
  return { start, stop: Math.min(lines, start + DEFAULT_LINES) };
}

function subtitleOf(
  {
    lines,
    columns,
    channel,
    channels,
  }: Readonly<Record<"lines" | "columns" | "channel" | "channels", number>>,
  { secondsPerLine, umPerPx }: FigureFacts["pixelSize"],
): string {
  return [
    `${counted(lines, "line")} × ${columns} px`,
    umPerPx === null ? "no pixel size" : `${shortNumber(umPerPx)} µm/px`,
    secondsPerLine === null ? "no line period" : `${shortNumber(secondsPerLine * 1000)} ms/line`,
    ...(channels === 1 ? [] : [`channel ${channel} of ${channels}`]),
  ].join(" · ");
}
