// Decides what a measurement unit of a MESc file is: a line scan with its scale and line period, or something else.

import type { ScanPath, Stated, StatedStart } from "../recording-format.ts";
import { type Hdf5Attributes, numberOfAttribute, textOfAttribute } from "./hdf5/attributes.ts";

/** A unit: its place, what it says, and the shape that its channels have, slowest axis first. */
export interface MescUnit {
  /** `MSession_0/MUnit_1`. */
  readonly path: string;
  readonly attributes: Hdf5Attributes;
  readonly shape: readonly number[];
  /** Numbers of its channels, in order. */
  readonly channels: readonly number[];
}

/** How the lines of a scan lie in its arrays. */
export interface MescLines {
  readonly frames: number;
  readonly linesPerFrame: number;
  /** Lines that pass from the end of one frame to the start of the next, and are not in the file. */
  readonly missing: number;
  readonly pixels: number;
}

export interface MescScan {
  readonly lines: MescLines;
  readonly secondsPerLine: readonly Stated[];
  readonly umPerPx: readonly Stated[];
  readonly channelNames: readonly string[];
  readonly start: StatedStart | undefined;
  readonly path: ScanPath | undefined;
  readonly more: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

type Axis = "X" | "Y" | "Z";

const S_PER_MS = 1e-3;
/** `ZAxisGeomRole`. */
const TIME = 0;
const DEPTH = 3;
/** `MethodType` of a scan of lines. */
const LINE_SCAN = 6;
const UM_PER: ReadonlyMap<string, number> = new Map([
  ["m", 1e6],
  ["mm", 1e3],
  ["\u00b5m", 1],
  ["\u03bcm", 1],
  ["um", 1],
  ["nm", 1e-3],
]);
const S_PER: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["ms", S_PER_MS],
  ["msec", S_PER_MS],
  ["\u00b5s", 1e-6],
  ["us", 1e-6],
]);
const LINE_WORD = /line[\s_-]*scan|scan[\s_-]*lines?\b|multi[\s_-]*line|kymogra/i;
const TASK = /<Task\b[^>]{0,400}?\bType\s*=\s*["']([^"']{1,80})/i;
/** Two numbers for one thing that differ by more are told. */
const TOLERANCE = 0.005;
const MOST_TEXT = 200;

/** The scan of a unit, or a text that says what it is instead. */
export function mescScanOf(unit: MescUnit): MescScan | string {
  const { attributes, path, shape } = unit;
  const name = JSON.stringify(path);
  const [pixels = 0, rows = 1, frames = 1, ...more] = [...shape].reverse();
  const sizes = shape.join(" \u00d7 ");
  if (more.length > 0 || shape.length < 2 || shape.includes(0)) {
    return `the unit ${name} of ${shape.length} axes (${sizes})`;
  }
  const depth = isDepth(attributes);
  const rowsAreLines = shape.length === 2 || isTime(attributes, "Y") || saysLines(attributes) !== undefined;
  if (frames > 1 && depth) {
    return `the stack ${name} (${sizes})`;
  }
  if (rows > 1 && !rowsAreLines) {
    return `the ${frames > 1 ? "frame scan" : "single frame"} ${name} (${sizes})`;
  }
  if (rows * frames === 1) {
    return `the single line ${name} (${sizes})`;
  }
  const warnings: string[] = [];
  const secondsPerLine =
    shape.length === 2
      ? ofTwoAxes(attributes)
      : rows > 1
        ? ofRows(attributes, rows, frames)
        : ofFrames(attributes);
  if (secondsPerLine.length === 0) {
    warnings.push(`${name}: the time of a line is not known${whyNoTime(attributes)}`);
  }
  const umPerPx = pitchOf(attributes);
  if (umPerPx.length === 0) {
    warnings.push(`${name}: \u00b5m per pixel is not known${whyNoPitch(attributes)}`);
  }
  const start = startOf(attributes);
  return {
    lines: {
      frames: rows > 1 ? frames : 1,
      linesPerFrame: rows > 1 ? rows : frames,
      missing: rows > 1 && frames > 1 ? missingOf(attributes, rows, secondsPerLine, name, warnings) : 0,
      pixels,
    },
    secondsPerLine,
    umPerPx,
    channelNames: unit.channels.map((at) => channelName(attributes, at)),
    start: start === undefined ? undefined : { text: start, zone: "utc" },
    path: saysLines(attributes) === undefined ? undefined : { mode: "line scan", points: [] },
    more: moreOf(unit),
    warnings,
  };
}

/** What a channel is called. */
export function channelName(attributes: Hdf5Attributes, channel: number): string {
  const name = textOfAttribute(attributes, `Channel_${channel}_Name`)?.trim() ?? "";
  return name === "" ? `Channel_${channel}` : name.slice(0, MOST_TEXT);
}

function unitOf(attributes: Hdf5Attributes, axis: Axis): string {
  return (textOfAttribute(attributes, `${axis}AxisConversionUnitName`) ?? "").trim();
}

function scaleOf(attributes: Hdf5Attributes, axis: Axis): number | undefined {
  const scale = numberOfAttribute(attributes, `${axis}AxisConversionConversionLinearScale`);
  return scale !== undefined && Number.isFinite(scale) && scale !== 0 ? Math.abs(scale) : undefined;
}

/** A unit of length counts more than a role: one that says both is a stack. */
function isDepth(attributes: Hdf5Attributes): boolean {
  return numberOfAttribute(attributes, "ZAxisGeomRole") === DEPTH || UM_PER.has(unitOf(attributes, "Z"));
}

/** Whether an axis says that it is time: by its unit or, without one, by its role. */
function isTime(attributes: Hdf5Attributes, axis: "Y" | "Z"): boolean {
  const unit = unitOf(attributes, axis);
  return S_PER.has(unit) || (unit === "" && numberOfAttribute(attributes, `${axis}AxisGeomRole`) === TIME);
}

/** What says that the rows of a frame are lines in time. */
function saysLines(attributes: Hdf5Attributes): string | undefined {
  const words = [
    textOfAttribute(attributes, "MethodType"),
    textOfAttribute(attributes, "MeasurementType"),
    TASK.exec(textOfAttribute(attributes, "MeasurementParamsXML") ?? "")?.[1],
  ];
  const word = words.find((text) => text !== undefined && LINE_WORD.test(text));
  return word ?? (numberOfAttribute(attributes, "MethodType") === LINE_SCAN ? "MethodType 6" : undefined);
}

function seconds(attributes: Hdf5Attributes, axis: "Y" | "Z"): number | undefined {
  const scale = scaleOf(attributes, axis);
  const unit = S_PER.get(unitOf(attributes, axis)) ?? S_PER_MS;
  return scale !== undefined && isTime(attributes, axis) ? scale * unit : undefined;
}

function stepOfTime(attributes: Hdf5Attributes): number | undefined {
  const step = numberOfAttribute(attributes, "TStepInMs");
  return step !== undefined && Number.isFinite(step) && step > 0 ? step * S_PER_MS : undefined;
}

function statedOf(all: readonly (readonly [number | undefined, string])[]): readonly Stated[] {
  return all.flatMap(([value, source]) => (value === undefined ? [] : [{ value, source }]));
}

/** Of one line a frame: a frame's time is a line's. */
function ofFrames(attributes: Hdf5Attributes): readonly Stated[] {
  return statedOf([
    [seconds(attributes, "Z"), "scale of the Z axis, one line a frame"],
    [stepOfTime(attributes), "TStepInMs"],
  ]);
}

/** Of arrays without frames. The axis of time may be called Y or Z. */
function ofTwoAxes(attributes: Hdf5Attributes): readonly Stated[] {
  return statedOf([
    [seconds(attributes, "Y"), "scale of the Y axis, in time"],
    [seconds(attributes, "Z"), "scale of the Z axis"],
    [stepOfTime(attributes), "TStepInMs"],
  ]);
}

/** Of rows that are lines. What is said of a frame is by its rows only if nothing else is said. */
function ofRows(attributes: Hdf5Attributes, rows: number, frames: number): readonly Stated[] {
  const stated = statedOf([
    [seconds(attributes, "Y"), "scale of the Y axis, in time"],
    [stepOfTime(attributes), "TStepInMs"],
  ]);
  const frame = frames > 1 ? seconds(attributes, "Z") : undefined;
  return stated.length > 0 || frame === undefined
    ? stated
    : [{ value: frame / rows, source: "scale of the Z axis by the lines of a frame" }];
}

/** Lines between frames, if a frame takes longer than its lines. */
function missingOf(
  attributes: Hdf5Attributes,
  rows: number,
  [line]: readonly Stated[],
  name: string,
  warnings: string[],
): number {
  const frame = seconds(attributes, "Z");
  if (frame === undefined || line === undefined) {
    warnings.push(`${name}: whether its frames follow each other without a gap is not known`);
    return 0;
  }
  const missing = frame / line.value - rows;
  if (Math.abs(missing) <= TOLERANCE * rows) {
    return 0;
  }
  const whole = Math.round(missing);
  if (whole < 0 || Math.abs(missing - whole) > TOLERANCE * rows) {
    warnings.push(
      `${name}: a frame of ${frame} s is not a whole number of lines of ${line.value} s: its frames follow each other without a gap here`,
    );
    return 0;
  }
  return whole;
}

function whyNoTime(attributes: Hdf5Attributes): string {
  const [scale, role] = [scaleOf(attributes, "Z"), numberOfAttribute(attributes, "ZAxisGeomRole")];
  const unit = unitOf(attributes, "Z");
  return scale === undefined
    ? ""
    : `: the scale ${scale} of the Z axis has the unit ${JSON.stringify(unit)} and the role ${role ?? "none"}`;
}

function whyNoPitch(attributes: Hdf5Attributes): string {
  const scale = scaleOf(attributes, "X");
  return scale === undefined
    ? ""
    : `: the scale ${scale} of the X axis is in ${JSON.stringify(unitOf(attributes, "X"))}`;
}

/** µm per pixel along X. */
export function pitchOf(attributes: Hdf5Attributes): readonly Stated[] {
  const [scale, unit] = [scaleOf(attributes, "X"), unitOf(attributes, "X")];
  const um = unit === "" ? 1 : UM_PER.get(unit);
  return scale === undefined || um === undefined
    ? []
    : [
        {
          value: scale * um,
          source: `scale of the X axis${unit === "" ? ", which has no unit: \u00b5m" : ""}`,
        },
      ];
}

const LAST_S = 253_402_300_799;

/** Seconds since 1970 in UTC, and nanoseconds; undefined before 1970 and after 9999. */
function startOf(attributes: Hdf5Attributes): string | undefined {
  const posix = numberOfAttribute(attributes, "MeasurementDatePosix");
  const nanos = numberOfAttribute(attributes, "MeasurementDateNanoSecs") ?? 0;
  if (posix === undefined || !(posix > 0 && posix <= LAST_S)) {
    return undefined;
  }
  const isPart = Number.isInteger(nanos) && nanos >= 0 && nanos < 1e9;
  const fraction = String(isPart ? nanos : 0)
    .padStart(9, "0")
    .replace(/0{1,6}$/, "");
  return `${new Date(Math.floor(posix) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

const NUMBERS: readonly (readonly [attribute: string, key: string])[] = [
  ["MethodType", "method_type"],
  ["TStepInMs", "t_step_ms"],
  ["CreatingMEScRevision", "mesc_revision"],
  ["MeasurementDatePosix", "measurement_date_posix_s"],
  ["MeasurementDateNanoSecs", "measurement_date_nano_s"],
];
const WORDS: readonly (readonly [attribute: string, key: string])[] = [
  ["Comment", "comment"],
  ["CreatingMEScVersion", "mesc_version"],
  ["ExperimenterSetupID", "setup"],
  ["BackgroundImagePath", "background_image"],
];
const AXES: readonly Axis[] = ["X", "Y", "Z"];

function moreOf({ path, attributes, channels, shape }: MescUnit): Readonly<Record<string, unknown>> {
  const numbers = NUMBERS.map(([name, key]) => [key, numberOfAttribute(attributes, name)] as const);
  const words = WORDS.map(
    ([name, key]) => [key, textOfAttribute(attributes, name)?.slice(0, MOST_TEXT)] as const,
  );
  const conversions = channels.flatMap((channel) => conversionOf(attributes, channel));
  const axes = AXES.flatMap((axis) => axisOf(attributes, axis));
  const derived = [
    ["unit", path],
    ["stored_shape", shape],
    ["lines_said_by", saysLines(attributes)?.slice(0, MOST_TEXT)],
    ["frame_period_ms", isDepth(attributes) ? undefined : inMs(seconds(attributes, "Z"))],
    ["axes", axes.length === 0 ? undefined : axes],
    [
      "value_conversion",
      conversions.length === 0
        ? undefined
        : { applied: false, formula: "value = stored \u00d7 scale + offset", channels: conversions },
    ],
  ] as const;
  const all: readonly (readonly [string, unknown])[] = [...derived, ...numbers, ...words];
  return Object.fromEntries(all.filter(([, value]) => value !== undefined && value !== ""));
}

function inMs(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number((value / S_PER_MS).toPrecision(15));
}

function axisOf(attributes: Hdf5Attributes, axis: Axis): readonly object[] {
  const scale = numberOfAttribute(attributes, `${axis}AxisConversionConversionLinearScale`);
  const offset = numberOfAttribute(attributes, `${axis}AxisConversionConversionLinearOffset`);
  const role = numberOfAttribute(attributes, `${axis}AxisGeomRole`);
  const unit = unitOf(attributes, axis).slice(0, MOST_TEXT);
  return scale === undefined
    ? []
    : [
        {
          axis,
          scale,
          ...(offset !== undefined && { offset }),
          ...(unit !== "" && { unit }),
          ...(role !== undefined && { role }),
        },
      ];
}

function conversionOf(attributes: Hdf5Attributes, channel: number): readonly object[] {
  const scale = numberOfAttribute(attributes, `Channel_${channel}_Conversion_ConversionLinearScale`);
  const offset = numberOfAttribute(attributes, `Channel_${channel}_Conversion_ConversionLinearOffset`);
  return scale === undefined && offset === undefined
    ? []
    : [{ channel: channelName(attributes, channel), scale: scale ?? 1, offset: offset ?? 0 }];
}
