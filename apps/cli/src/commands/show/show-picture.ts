// The picture of an image on a terminal: pixels, velocities and events on one axis of time.

import { AcqImage, type KymDataset, loadOverview } from "@kym/kym-dataset";
import { calibrationOf } from "@kym/kym-schema";
import { isZarrStoreError, type ReadOptions } from "@kym/zarr-store";
import type { Stretch } from "../../figure/figure-facts.ts";
import { eventStyle } from "../../figure/figure-style.ts";
import { type DrawnOverview, drawnOverview, terminalImage } from "../../figure/terminal-image.ts";
import { terminalEvents, terminalTrace } from "../../figure/terminal-trace.ts";
import { shortNumber } from "../../screen/short-number.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { printable } from "../../terminal/text-table.ts";
import { blindTraces } from "../plot/blind-traces.ts";
import { loadPixels, type PixelOptions } from "../plot/load-pixels.ts";
import { wantedStretch } from "../plot/plot-options.ts";

/** A larger image without an overview is drawn only where `--at` asks for a stretch: reading all of it would take too long. */
const MOST_PIXELS = 2 ** 24;

export interface ShowPictureOptions extends ReadOptions {
  readonly at: string | undefined;
  readonly terminal: Terminal;
  /** The command that makes overviews. */
  readonly indexing: string;
  /** Without words that a person or another program wrote. */
  readonly blind: boolean;
}

/**
 * Draws an image as wide as the terminal: the whole scan, from its overview, or a stretch of all lines from `at` on. Without an
 * overview its pixels are read, unless they are too many. Empty for an image without pixels. If they are damaged, a sentence says so:
 * everything else of the image is shown nevertheless.
 *
 * @throws {CliError} `usage` for an `at` that the image does not have
 */
export async function showPicture(
  kym: KymDataset,
  imageId: string,
  options: ShowPictureOptions,
): Promise<string> {
  try {
    return await drawnPicture(kym, imageId, options);
  } catch (error) {
    if (!isZarrStoreError(error, "integrity", "invalid_file", "modified_outside", "not_supported")) {
      throw error;
    }
    // The message can name a file.
    const why = options.blind ? "" : `: ${printable(error.message)}`;
    return wrapText(`There is no picture, because it cannot be read${why}\n`, options.terminal);
  }
}

async function drawnPicture(
  kym: KymDataset,
  imageId: string,
  { at, terminal, indexing, blind, ...options }: ShowPictureOptions,
): Promise<string> {
  const record = kym.dataset.record(imageId);
  const image = AcqImage.from({
    ...{ sourceKey: imageId, pixelStore: record.asPixelStore(), artifactStore: record.asArtifactStore() },
  });
  const { extent } = await image.rois(options);
  const { height: lines = 0, width: columns = 0 } = extent ?? {};
  const { secondsPerLine, umPerPx } = calibrationOf((await image.metadata(options)).header);
  const wanted = wantedStretch({ at, for: at && `${terminal.width}lines` }, { lines, secondsPerLine });
  if (lines * columns === 0) {
    return "";
  }
  const stretch = wanted ?? { start: 0, stop: lines };
  const loaded = await kym.loadTraces(imageId, options);
  const { traces, events } = blind ? blindTraces(loaded) : loaded;
  const channel = traces[0]?.channel ?? 1;
  const overview = wanted === undefined ? await loadOverview(record, { channel, ...options }) : null;
  if (overview === null && wanted === undefined && lines * columns > MOST_PIXELS) {
    return `This scan is too large to be drawn without an overview; ${indexing} makes it.\n`;
  }
  const drawnImage =
    overview === null
      ? await drawnPixels(image, stretch, { channel, columns, atMost: terminal.width, ...options })
      : {
          ...drawnOverview(overview, terminal.width),
          shownOfBin: "middle between the darkest and the brightest line",
        };
  const { plane, contrast, linesPerBin, shownOfBin } = drawnImage;
  const width = plane.lines;
  const [trace] = traces;
  const drawn = trace && terminalTrace(trace, stretch, width);
  const ofTrace = events.filter(({ roiId }) => roiId === trace?.roiId);
  const marks = drawn === undefined ? "" : terminalEvents(ofTrace, stretch, { secondsPerLine, width });
  const letters = [...new Set(ofTrace.map(({ eventType }) => eventType))]
    .map((type) => `${eventStyle(type).letter} ${(type ?? "event").replaceAll("_", " ")}`)
    .join(", ");
  return [
    ...terminalImage(plane, contrast, { color: terminal.color }),
    axisLine(stretch, secondsPerLine, width),
    ...(drawn?.rows ?? []),
    ...(marks === "" ? [] : [marks]),
    captionOf(
      [
        umPerPx === null ? `${columns} px high` : `${shortNumber(columns * umPerPx)} µm high`,
        ...(linesPerBin === undefined ? [] : [`${shownOfBin} of every ${shortNumber(linesPerBin)}`]),
        ...(drawn === undefined
          ? []
          : [`ROI ${trace?.roiId}: ${drawn.from.toFixed(2)} to ${drawn.to.toFixed(2)} ${drawn.unit}`]),
        ...(marks === "" ? [] : [letters]),
      ],
      terminal.width,
    ),
    "",
  ].join("\n");
}

/** The parts in lines of at most the width, each part on one line if it fits. */
function captionOf(parts: readonly string[], width: number): string {
  const lines: string[] = [];
  for (const part of parts) {
    const joined = lines.length === 0 ? part : `${lines.at(-1)} · ${part}`;
    if (joined.length <= width && lines.length > 0) {
      lines[lines.length - 1] = joined;
    } else {
      lines.push(part);
    }
  }
  return lines.join("\n");
}

/** The same of a scan without an overview, which an older version wrote, and of a stretch: one line of each bin. */
async function drawnPixels(
  image: AcqImage,
  stretch: Stretch,
  options: PixelOptions,
): Promise<DrawnOverview & { readonly shownOfBin: string }> {
  const { shown, contrast } = await loadPixels(image, stretch, options);
  return { plane: shown.plane, contrast, linesPerBin: shown.linesPerBin, shownOfBin: "one line" };
}

/** The first and the last time below the image; lines if no line period is known. */
function axisLine({ start, stop }: Stretch, secondsPerLine: number | null, width: number): string {
  const label = (line: number): string =>
    secondsPerLine === null ? `line ${line}` : `${shortNumber(line * secondsPerLine)} s`;
  const [left, right] = [label(start), label(stop)];
  return width < left.length + right.length + 2 ? left : left + right.padStart(width - left.length);
}
