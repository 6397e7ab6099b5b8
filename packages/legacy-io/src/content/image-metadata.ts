// Writes the artifact `metadata` from the microscope's header and the classic JSON, and reads its calibration.

import { UNITS } from "@kym/kym-schema";
import { CALIBRATION_SOURCES, METADATA_HEADER_KEYS, METADATA_KEYS } from "@kym/kym-schema/keys";
import { toEnvelope } from "@kym/roi";
import { type JsonNode, serializeLossless } from "@kym/zarr-store/json";
import type { AcqstoreSidecar } from "../formats/acqstore/acqstore-sidecar.ts";
import type { ClassicJson } from "../formats/json/classic-json.ts";
import { withoutNonFinite } from "../formats/json/without-non-finite.ts";
import type { OlympusHeader } from "../formats/olympus/olympus-header.ts";
import type { StatedScales } from "../tiff/axes/stated-scales.ts";

/** What a microscope's own file says of the acquisition for the header of an image. */
export interface RecordedHeader {
  /** The clock of the microscope, as `YYYY-MM-DD` and `HH:MM:SS` with decimals. */
  readonly start: {
    readonly date: string | undefined;
    readonly time: string | undefined;
    /** Both, read as if they were UTC, in ns. */
    readonly localEpochNs: bigint | undefined;
  };
  readonly significantBits: number | undefined;
}

/** The sources of an image's metadata. */
export interface MetadataSources {
  /** Shape of the pixels: lines, pixels per line. */
  readonly shape: readonly number[];
  readonly olympus: OlympusHeader | undefined;
  readonly classic: ClassicJson | undefined;
  /** What acqstore's sidecar says of the rows and columns, and when the image was taken; it counts before all others. */
  readonly acqstore?: Pick<AcqstoreSidecar, "scales" | "date"> | undefined;
  /** What the microscope's own file says of the acquisition: Prairie View's XML, or a recording. Its steps are in `scales`. */
  readonly recorded?: RecordedHeader | undefined;
  /** What the TIFF or Prairie View states, per axis; it counts where neither of the others says anything. */
  readonly scales?: StatedScales | undefined;
  /** The first value found in the classic JSON, `_kymanalysis.json` and an old `_events.json`; true if none has one. */
  readonly accepted: boolean;
}

const METADATA_VERSION = "2.0";

/**
 * Writes the text of the artifact `metadata`.
 *
 * Facts of the acquisition come from the microscope's header, and what people edited comes from the classic JSON.
 * An axis has the step of the first that states one: the header, the classic JSON, the TIFF. `voxels_source` says which.
 * Without any, its step is 1 px, and nothing claims to be in µm or seconds.
 */
export function metadataText(sources: MetadataSources): string {
  const { olympus, classic, accepted } = sources;
  return serializeLossless({
    [METADATA_KEYS.version]: METADATA_VERSION,
    [METADATA_KEYS.header]: headerValue(sources),
    [METADATA_KEYS.experiment]:
      classic?.experimentMetadata === undefined ? {} : withoutNonFinite(classic.experimentMetadata),
    [METADATA_KEYS.rois]: [
      ...(classic?.rois ?? []).map(toEnvelope),
      ...(classic?.rejectedRois ?? []).map(({ node }) => withoutNonFinite(node)),
    ],
    [METADATA_KEYS.accepted]: accepted,
    ...extraMembers(classic?.extra),
    ...(olympus && { [METADATA_KEYS.olympusHeader]: olympusValue(olympus) }),
  });
}

function headerValue({
  shape,
  olympus,
  classic,
  acqstore,
  recorded,
  scales = [],
}: MetadataSources): Readonly<Record<string, unknown>> {
  const edited = isCalibrated(classic) ? classic?.header : undefined;
  const measured = stepsOf(olympus, shape);
  const from = measured ? CALIBRATION_SOURCES.olympus : edited && CALIBRATION_SOURCES.classicJson;
  const said = ofRank(shape, measured ?? edited?.voxels ?? [], 1);
  const saidUnits = ofRank(
    shape,
    measured ? [UNITS.second, UNITS.micrometre] : (edited?.voxelsUnits ?? []),
    UNITS.pixel,
  );
  const saidLabels = ofRank(shape, edited?.labels ?? (measured ? [...LINE_SCAN_LABELS] : []), "");
  const axes = shape.map((_, axis): StatedAxis => {
    const [step = 1, unit = UNITS.pixel, label = ""] = [said[axis], saidUnits[axis], saidLabels[axis]];
    const first = acqstore?.scales[axis - shape.length + PLANE] ?? undefined;
    if (first !== undefined) {
      return { ...first, label: LABEL_OF_UNIT[first.unit] };
    }
    const stated = scales[axis] ?? undefined;
    return unit !== UNITS.pixel || stated === undefined
      ? { step, unit, label, source: unit === UNITS.pixel ? "" : (from ?? "") }
      : { ...stated, label: LABEL_OF_UNIT[stated.unit] };
  });
  const isOfShape = said.length === 0 || said.length === shape.length;
  const voxels = isOfShape ? axes.map(({ step }) => step) : said;
  const optional = {
    [METADATA_HEADER_KEYS.voxelsSource]: axes.some(({ source }) => source !== "")
      ? axes.map(({ source }) => source)
      : undefined,
    [METADATA_HEADER_KEYS.dateStr]:
      classic?.header?.dateStr ?? olympus?.date ?? acqstore?.date.date ?? recorded?.start.date,
    [METADATA_HEADER_KEYS.timeStr]:
      classic?.header?.timeStr ?? olympus?.time ?? acqstore?.date.time ?? recorded?.start.time,
    [METADATA_HEADER_KEYS.acquiredLocalEpochNs]:
      olympus?.acquiredLocalEpochNs ?? acqstore?.date.localEpochNs ?? recorded?.start.localEpochNs,
    [METADATA_HEADER_KEYS.secondsPerLineExact]: olympus?.secondsPerLineExact,
    [METADATA_HEADER_KEYS.bitsPerPixel]: olympus?.bitsPerPixel ?? recorded?.significantBits,
  };
  return {
    [METADATA_HEADER_KEYS.shape]: shape,
    [METADATA_HEADER_KEYS.ndim]: shape.length,
    [METADATA_HEADER_KEYS.voxels]: voxels,
    [METADATA_HEADER_KEYS.voxelsUnits]: isOfShape ? axes.map(({ unit }) => unit) : saidUnits,
    [METADATA_HEADER_KEYS.labels]: isOfShape ? axes.map(({ label }) => label) : saidLabels,
    [METADATA_HEADER_KEYS.physicalSize]: physicalSize(shape, voxels, edited?.physicalSize),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...extraMembers(classic?.header?.extra),
  };
}

/** What one axis has in the header. */
interface StatedAxis {
  readonly step: number;
  readonly unit: string;
  readonly label: string;
  /** Empty for an axis in pixels. */
  readonly source: string;
}

const LINE_SCAN_LABELS = ["Time (s)", "Space (um)"] as const;
const LABEL_OF_UNIT = {
  [UNITS.second]: LINE_SCAN_LABELS[0],
  [UNITS.micrometre]: LINE_SCAN_LABELS[1],
} as const;
/** Rows and columns: the last axes of an image. */
const PLANE = 2;

/** The steps that the microscope's header gives for a line scan: seconds per line and µm per pixel. */
export function stepsOf(
  olympus: OlympusHeader | undefined,
  shape: readonly number[],
): readonly [number, number] | undefined {
  const { secondsPerLine, umPerPx } = olympus ?? {};
  return olympus !== undefined &&
    secondsPerLine !== undefined &&
    umPerPx !== undefined &&
    isLineScanOf(olympus, shape)
    ? [secondsPerLine, umPerPx]
    : undefined;
}

/** True for a shape of lines × pixels, with or without a leading axis of the header's channels. */
function isLineScanOf({ channels }: OlympusHeader, shape: readonly number[]): boolean {
  return shape.length === 2 || (shape.length === 3 && shape[0] === channels.length);
}

/** Extends two entries about the plane by `leading` for each axis before it. */
function ofRank<T>(shape: readonly number[], entries: readonly T[], leading: T): readonly T[] {
  return entries.length === 2 ? [...shape.slice(0, -2).map(() => leading), ...entries] : entries;
}

/** The steps of a line scan that is calibrated in seconds and µm. */
export interface LineScanCalibration {
  readonly secondsPerLine: number;
  readonly umPerPx: number;
}

/**
 * Reads the calibration from the value of an artifact `metadata`, whoever wrote it. Returns undefined if the steps are
 * not in seconds and µm.
 */
export function lineScanCalibration(metadata: unknown): LineScanCalibration | undefined {
  const header = memberIn(metadata, METADATA_KEYS.header);
  const [secondsPerLine, umPerPx] = entriesIn(memberIn(header, METADATA_HEADER_KEYS.voxels)).slice(-2);
  const [timeUnit, spaceUnit] = entriesIn(memberIn(header, METADATA_HEADER_KEYS.voxelsUnits)).slice(-2);
  return timeUnit === UNITS.second &&
    spaceUnit === UNITS.micrometre &&
    isStep(secondsPerLine) &&
    isStep(umPerPx)
    ? { secondsPerLine, umPerPx }
    : undefined;
}

export function memberIn(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
}

export function entriesIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isStep(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

/** Returns the stored size if it agrees with shape × steps, otherwise shape × steps. */
function physicalSize(
  shape: readonly number[],
  voxels: readonly number[],
  stored: readonly number[] | undefined,
): readonly number[] {
  const sizes = shape.map((size, axis) => size * (voxels[axis] ?? 1));
  return stored?.length === sizes.length && stored.every((size, axis) => isClose(size, sizes[axis] ?? 0))
    ? stored
    : sizes;
}

/** Relative tolerance. The microscope rounds to 3 decimals, which is 0.1 % for a pixel of half a micrometre. */
const ROUNDING = 2e-3;

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}

/** True if the steps are a calibration. A classic JSON written for an image without a header has steps of 1 px instead. */
export function isCalibrated(classic: ClassicJson | undefined): boolean {
  const { voxels, voxelsUnits } = classic?.header ?? {};
  return voxels !== undefined && voxelsUnits?.slice(-2).every((unit) => unit !== UNITS.pixel) === true;
}

/** Keeps the whole header by section, in its own order, so that the file can be written again. */
function olympusValue(header: OlympusHeader): object {
  return {
    encoding: header.encoding,
    sections: header.sections.map(({ name, entries }) => ({
      name,
      entries: entries.map(({ key, value }) => [key, value]),
    })),
  };
}

function extraMembers(extra: ReadonlyMap<string, JsonNode> | undefined): Readonly<Record<string, JsonNode>> {
  return Object.fromEntries([...(extra ?? [])].map(([key, node]) => [key, withoutNonFinite(node)]));
}
