// Collects what the settings of a FluoView recording say of its scale, its times and its start.

import type { Stated, StatedStart } from "../recording-format.ts";
import type { OifAxis } from "./oif-names.ts";
import type { OifSettings } from "./oif-settings.ts";

const ACQUISITION = "Acquisition Parameters Common";
const IMAGE = "Image Parameters";
const REFERENCE = "Reference Image Parameter";
/** Two numbers for one pitch are one if they differ by less. */
const SAME = 1e-9;

/** Divided by, not multiplied with: 1876 / 1e6 is 0.001876, and 1876 * 1e-6 is not. */
const UNITS_PER_UM: ReadonlyMap<string, number> = new Map([
  ["um", 1],
  ["\u00b5m", 1],
  ["\u03bcm", 1],
  ["nm", 1e3],
  ["mm", 1e-3],
  ["m", 1e-6],
]);

const UNITS_PER_SECOND: ReadonlyMap<string, number> = new Map([
  ["us", 1e6],
  ["\u00b5s", 1e6],
  ["ms", 1e3],
  ["s", 1],
  ["sec", 1],
]);

/** µm per pixel, by the property file of a plane, the main file, and the length of the axis X. A place that repeats another is left out. */
export function oifUmPerPx(
  main: OifSettings,
  plane: OifSettings | undefined,
  x: OifAxis | undefined,
): readonly Stated[] {
  const widthOf = (settings: OifSettings | undefined, section: string): number | undefined =>
    over(
      settings?.number(section, "WidthConvertValue"),
      UNITS_PER_UM.get(settings?.text(section, "WidthUnit") ?? ""),
    );
  const found: readonly (readonly [source: string, value: number | undefined])[] = [
    ["WidthConvertValue of the .pty", widthOf(plane, IMAGE)],
    ["WidthConvertValue of the main file", widthOf(main, REFERENCE)],
    ["axis X, length / (MaxSize - 1)", over(stepOf(x), UNITS_PER_UM.get(x?.unit ?? ""))],
  ];
  return stated(found);
}

/** Seconds per line: `Time Per Line` is in microseconds, and stands in the property files alone. */
export function oifSecondsPerLine(
  plane: OifSettings | undefined,
  t: OifAxis | undefined,
  width: number,
): readonly Stated[] {
  const dwell = over(plane?.number(ACQUISITION, "Time Per Pixel"), 1e6 / width);
  const found = stated([
    ["Time Per Line of the .pty", over(plane?.number(ACQUISITION, "Time Per Line"), 1e6)],
    ["axis T, length / (MaxSize - 1)", over(stepOf(t), UNITS_PER_SECOND.get(t?.unit ?? ""))],
  ]);
  // What the pixels take is less than the line.
  return found.length > 0 ? found : stated([["dwell time \u00d7 pixels", dwell]]);
}

/** The bits of a value that count. */
export function validBits(main: OifSettings, plane: OifSettings | undefined): number | undefined {
  const bits = plane?.number(IMAGE, "ValidBitCounts") ?? main.number(REFERENCE, "ValidBitCounts");
  return bits !== undefined && Number.isSafeInteger(bits) && bits > 0 ? bits : undefined;
}

/** `ImageCaputreDate`, as FluoView spells it, is local time; its milliseconds stand apart. */
export function oifStart(main: OifSettings): StatedStart | undefined {
  const text = main.text(ACQUISITION, "ImageCaputreDate");
  const milliseconds = main.number(ACQUISITION, "ImageCaputreDate+MilliSec");
  if (text === undefined) {
    return undefined;
  }
  const isWhole = Number.isSafeInteger(milliseconds) && /:\d\d$/.test(text);
  const fraction = isWhole && milliseconds !== undefined && milliseconds >= 0 && milliseconds < 1000;
  return {
    text: fraction ? `${text}.${String(milliseconds).padStart(3, "0")}` : text.slice(0, 200),
    zone: "no zone",
  };
}

/** What the model has no field for. */
export function moreOf(
  main: OifSettings,
  plane: OifSettings | undefined,
  axes: readonly OifAxis[],
): Readonly<Record<string, unknown>> {
  const number = (key: string): number | undefined => plane?.number(ACQUISITION, key);
  return {
    system: main.text("Version Info", "SystemName"),
    system_version: main.text("Version Info", "SystemVersion"),
    file_version: main.text("Version Info", "FileVersion"),
    data_name: main.text("File Info", "DataName"),
    scan_mode: main.text(ACQUISITION, "ScanMode"),
    scan_direction: main.text(ACQUISITION, "ScanDirection"),
    axis_order: axes.map(({ code }) => code).join(""),
    axes: axes.map(({ code, size, start, end, unit }) => ({ code, size, start, end, unit })),
    time_per_pixel_us: number("Time Per Pixel"),
    time_per_line_us: number("Time Per Line"),
    time_per_frame_us: number("Time Per Frame"),
    time_per_series_us: number("Time Per Series"),
    scan_speed: number("ScanSpeed"),
    zoom: main.number(ACQUISITION, "ZoomValue"),
    objective: plane?.text(ACQUISITION, "ObjectiveLens Name"),
  };
}

/** The step of an axis that was scanned: the last position less the first, over the steps between them. */
function stepOf(axis: OifAxis | undefined): number | undefined {
  return axis === undefined || axis.size < 2 || axis.end === undefined
    ? undefined
    : Math.abs(axis.end - (axis.start ?? 0)) / (axis.size - 1);
}

/** A positive quotient. */
function over(value: number | undefined, divisor: number | undefined): number | undefined {
  const quotient = value === undefined || divisor === undefined ? 0 : value / divisor;
  return quotient > 0 && Number.isFinite(quotient) ? quotient : undefined;
}

function stated(found: readonly (readonly [source: string, value: number | undefined])[]): readonly Stated[] {
  const all: Stated[] = [];
  for (const [source, value] of found) {
    if (value !== undefined && !all.some((other) => Math.abs(other.value / value - 1) < SAME)) {
      all.push({ value, source });
    }
  }
  return all;
}
