// Turns what Prairie View says of an image into steps, facts of its header and artifacts.

import { ARTIFACTS, UNITS } from "@kym/kym-schema";
import { CALIBRATION_SOURCES } from "@kym/kym-schema/keys";
import { serializeLossless } from "@kym/zarr-store/json";
import type { PrairieLine } from "../formats/prairie/prairie-recording.ts";
import { type PrairieScan, prairieScanOf } from "../formats/prairie/prairie-scan.ts";
import type { StatedScales } from "../tiff/axes/stated-scales.ts";
import type { StatedCalibration } from "./calibration-conflicts.ts";
import { firstSaying, isUnderstood, type Said, type Understood } from "./first-saying.ts";
import type { ContentNote, SourcedArtifact } from "./image-content.ts";
import type { ParsedSidecar } from "./parsed-sidecar.ts";
import { defined } from "./recordings/defined.ts";
import { pathValue } from "./recordings/recorded-facts.ts";

/** What the XML of a recording says of one image of it. */
export interface PrairieSaying {
  readonly scan: Said<PrairieScan> | undefined;
  /** Of the axes: those of the TIFF without a scan. */
  readonly scales: StatedScales | undefined;
  /** What it states of lines and pixels, if there is a scan. */
  readonly steps: readonly StatedCalibration[];
  readonly artifacts: readonly SourcedArtifact[];
  readonly notes: readonly ContentNote[];
}

/** The TIFFs of an image by their paths. An image whose TIFFs have no names has no scan. */
export interface PrairieTiffs {
  readonly relPath: string;
  readonly otherChannels?: readonly string[] | undefined;
  readonly scales: StatedScales;
}

/** Finds the cycle of an image, and what is said of it. */
export function sayingOfPrairie(
  sidecars: readonly Understood[],
  tiff: PrairieTiffs | undefined,
  shape: readonly number[],
): PrairieSaying {
  const recording = firstSaying(sidecars, "prairie");
  const nothing = { scan: undefined, scales: tiff?.scales, steps: [], artifacts: [], notes: [] };
  if (recording === undefined || tiff === undefined || tiff.relPath === "") {
    return nothing;
  }
  const { sidecar, said } = recording;
  const paths = [tiff.relPath, ...(tiff.otherChannels ?? [])];
  const fileNames = paths.map((path) => path.slice(path.lastIndexOf("/") + 1));
  const scan = prairieScanOf(said, { fileNames, shape });
  if (typeof scan === "string") {
    return { ...nothing, notes: [{ path: sidecar.relPath, reason: scan }] };
  }
  return {
    scan: { sidecar, said: scan },
    scales: scalesOfScan(tiff.scales, scan, shape.length),
    steps: [stepsOfScan({ sidecar, said: scan })],
    artifacts: prairieArtifacts({ sidecar, said: scan }),
    notes: scan.notes.map((reason) => ({ path: sidecar.relPath, reason })),
  };
}

/** True for the XML of a recording: it is always kept as it is too, for the way back. */
export function isOfRecording(sidecar: ParsedSidecar): boolean {
  return isUnderstood(sidecar) && sidecar.content.facts.prairie !== undefined;
}

const OME = /^TIFF tag ImageDescription: .*: the pages of this file are read, and its axes are not used$/s;
const OME_STEP = /^axis \w+: ome says /;

/** Without what Prairie View's TIFFs say in OME-XML of pages, files and steps: it is wrong, or the XML beside them says it better. */
export function withoutOme(warnings: readonly string[]): readonly string[] {
  return warnings.filter((text) => !OME.test(text) && !OME_STEP.test(text));
}

const PLANE = 2;

/**
 * The steps of the axes with those of the line scan. What the TIFF states of lines and pixels is left out: its lengths along the
 * lines are not times.
 */
function scalesOfScan(scales: StatedScales, scan: PrairieScan, rank: number): StatedScales {
  const source = CALIBRATION_SOURCES.prairie;
  const { secondsPerLine, umPerPx } = scan;
  const plane: StatedScales = [
    secondsPerLine === undefined ? null : { step: secondsPerLine, unit: UNITS.second, source },
    umPerPx === undefined ? null : { step: umPerPx, unit: UNITS.micrometre, source },
  ];
  const leading = Array.from({ length: Math.max(0, rank - PLANE) }, (_, axis) => scales[axis] ?? null);
  return [...leading, ...plane];
}

function stepsOfScan({ sidecar, said }: Said<PrairieScan>): StatedCalibration {
  const { secondsPerLine, umPerPx } = said;
  return {
    relPath: sidecar.relPath,
    who: "Prairie View's XML",
    counts: true,
    ...(secondsPerLine !== undefined && { secondsPerLine }),
    ...(umPerPx !== undefined && { umPerPx }),
  };
}

/** The scan and its line, as JSON. */
function prairieArtifacts(scan: Said<PrairieScan>): readonly SourcedArtifact[] {
  const from = [scan.sidecar.relPath];
  const path = scanPath(scan.said);
  const inReference = pathInReference(scan.said);
  return [
    { kind: "json", name: ARTIFACTS.prairieScan, text: serializeLossless(scanValue(scan)), from },
    ...(path === undefined
      ? []
      : [{ kind: "json", name: ARTIFACTS.prairieScanPath, text: serializeLossless(path), from } as const]),
    ...(inReference === undefined
      ? []
      : [
          { kind: "json", name: ARTIFACTS.recordedPath, text: serializeLossless(inReference), from } as const,
        ]),
  ];
}

const NO_ZONE = "no zone";

function scanValue({ sidecar, said }: Said<PrairieScan>): object {
  const { start, channels, line } = said;
  const { version, dateText } = sidecar.content.facts.prairie ?? {};
  const text = [start.date, start.time].filter((part) => part !== undefined).join("T");
  return defined({
    version,
    cycle: said.cycle,
    mode: line?.mode,
    start: text === "" ? undefined : { text, zone: NO_ZONE },
    recording_date: dateText,
    absolute_time_s: said.absoluteTimeS,
    seconds_per_line: said.secondsPerLine,
    seconds_per_line_from: said.secondsPerLineFrom,
    not_the_seconds_per_line: said.otherSecondsPerLine,
    um_per_px: said.umPerPx,
    um_per_px_from: said.umPerPxFrom,
    significant_bits: said.significantBits,
    lines: said.linesPerFrame,
    pixels_per_line: said.pixelsPerLine,
    channels: channels.map(({ channel, channelName, fileName, source }) =>
      defined({ channel, name: channelName, file: fileName, source_image: source }),
    ),
  });
}

function scanPath({ line }: PrairieScan): object | undefined {
  if (line === undefined) {
    return undefined;
  }
  const { mode, lengthUm, sourceWidth, sourceHeight } = line;
  const all = pointsOf(line);
  return all.length === 0
    ? undefined
    : defined({
        mode,
        points_are: "px of the source image",
        source_width: sourceWidth,
        source_height: sourceHeight,
        line_length_um: lengthUm,
        points: all.map(({ x, y }) => [x, y]),
      });
}

/** The points of a line that was drawn, or the ends of a straight one. */
function pointsOf({ start, stop, points }: PrairieLine): PrairieLine["points"] {
  return points.length > 0 ? points : [start, stop].filter((point) => point !== undefined);
}

const MODES: ReadonlyMap<string | undefined, string> = new Map([
  ["straightLine", "straight"],
  ["freeHand", "freehand"],
]);

/** The line as recordings of all microscopes have it: in pixels of the reference image, which is the source image. */
function pathInReference({ line }: PrairieScan): object | undefined {
  if (line === undefined) {
    return undefined;
  }
  const mode = MODES.get(line.mode) ?? line.mode ?? (line.points.length > 0 ? "freehand" : "straight");
  return pathValue({ path: { mode, points: pointsOf(line).map(({ x, y }) => [x, y] as const) } });
}
