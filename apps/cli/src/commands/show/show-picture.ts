// The picture of an image on a terminal: pixels, velocities and events on one axis of time.

import { AcqImage, type KymDataset } from "@kym/kym-dataset";
import { calibrationOf } from "@kym/kym-schema";
import type { ReadOptions } from "@kym/zarr-store";
import type { Stretch } from "../../figure/figure-facts.ts";
import { eventStyle } from "../../figure/figure-style.ts";
import { terminalImage } from "../../figure/terminal-image.ts";
import { terminalEvents, terminalTrace } from "../../figure/terminal-trace.ts";
import { shortNumber } from "../../screen/short-number.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { blindTraces } from "../plot/blind-traces.ts";
import { loadPixels } from "../plot/load-pixels.ts";
import { wantedStretch } from "../plot/plot-options.ts";

/** A larger image is drawn only where `--at` asks for a stretch: reading all of it would take too long. */
const MOST_PIXELS = 2 ** 24;

/**
 * Draws an image as wide as the terminal: the whole scan, or a stretch of all lines from `at` on. Empty for an image without
 * pixels, and for one that is too large to be read whole.
 *
 * @throws {CliError} `usage` for an `at` that the image does not have
 */
export async function showPicture(
  kym: KymDataset,
  imageId: string,
  {
    at,
    terminal,
    blind,
    ...options
  }: ReadOptions & {
    readonly at: string | undefined;
    readonly terminal: Terminal;
    readonly blind: boolean;
  },
): Promise<string> {
  const record = kym.dataset.record(imageId);
  const image = AcqImage.from({
    ...{ sourceKey: imageId, pixelStore: record.asPixelStore(), artifactStore: record.asArtifactStore() },
  });
  const { extent } = await image.rois(options);
  const { height: lines = 0, width: columns = 0 } = extent ?? {};
  const { secondsPerLine, umPerPx } = calibrationOf((await image.metadata(options)).header);
  const wanted = wantedStretch({ at, for: at && `${terminal.width}lines` }, { lines, secondsPerLine });
  if (lines * columns === 0 || (wanted === undefined && lines * columns > MOST_PIXELS)) {
    return "";
  }
  const stretch = wanted ?? { start: 0, stop: lines };
  const loaded = await kym.loadTraces(imageId, options);
  const { traces, events } = blind ? blindTraces(loaded) : loaded;
  const channel = traces[0]?.channel ?? 1;
  const pixels = await loadPixels(image, stretch, { channel, columns, atMost: terminal.width, ...options });
  const { plane, linesPerBin } = pixels.shown;
  const width = plane.lines;
  const [trace] = traces;
  const drawn = trace && terminalTrace(trace, stretch, width);
  const ofTrace = events.filter(({ roiId }) => roiId === trace?.roiId);
  const marks = drawn === undefined ? "" : terminalEvents(ofTrace, stretch, { secondsPerLine, width });
  const letters = [...new Set(ofTrace.map(({ eventType }) => eventType))]
    .map((type) => `${eventStyle(type).letter} ${(type ?? "event").replaceAll("_", " ")}`)
    .join(", ");
  return [
    ...terminalImage(plane, pixels.contrast, terminal.color),
    axisLine(stretch, secondsPerLine, width),
    ...(drawn?.rows ?? []),
    ...(marks === "" ? [] : [marks]),
    [
      umPerPx === null ? `${columns} px high` : `${shortNumber(columns * umPerPx)} µm high`,
      ...(linesPerBin === undefined ? [] : [`one line of every ${shortNumber(linesPerBin)}`]),
      ...(drawn === undefined
        ? []
        : [`ROI ${trace?.roiId}: ${drawn.from.toFixed(2)} to ${drawn.to.toFixed(2)} ${drawn.unit}`]),
      ...(marks === "" ? [] : [letters]),
    ].join(" · "),
    "",
  ].join("\n");
}

/** The first and the last time below the image; lines if no line period is known. */
function axisLine({ start, stop }: Stretch, secondsPerLine: number | null, width: number): string {
  const label = (line: number): string =>
    secondsPerLine === null ? `line ${line}` : `${shortNumber(line * secondsPerLine)} s`;
  const [left, right] = [label(start), label(stop)];
  return width < left.length + right.length + 2 ? left : left + right.padStart(width - left.length);
}
