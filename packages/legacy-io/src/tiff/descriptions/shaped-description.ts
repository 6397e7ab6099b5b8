// Reads what tifffile writes about a stack into `ImageDescription`: `{"shape": [5, 64, 48]}`.

import { type AxisCalibration, axisCalibration } from "./axis-calibration.ts";

/** What tifffile's description says. */
export interface ShapedDescription {
  readonly shape: readonly number[];
  /** One lower-case letter per axis; undefined if the file does not name the axes. */
  readonly axes: readonly string[] | undefined;
}

/** Reads tifffile's description. Undefined for any other text. */
export function parseShapedDescription(text: string): ShapedDescription | undefined {
  if (!text.startsWith("{") || text.length > 4096) {
    return undefined;
  }
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || !("shape" in value) || !Array.isArray(value.shape)) {
    return undefined;
  }
  const shape: readonly unknown[] = value.shape;
  if (shape.length === 0 || shape.length > 32 || !shape.every(isLength)) {
    return undefined;
  }
  const letters = "axes" in value && typeof value.axes === "string" ? [...value.axes.toLowerCase()] : [];
  const areAxes = letters.length === shape.length && new Set(letters).size === letters.length;
  return { shape, axes: areAxes ? letters : undefined };
}

/** Steps under the names that OME gives them, which people pass to tifffile; without a unit they are in µm and s. */
export function shapedCalibration(text: string): readonly AxisCalibration[] {
  const value = parseShapedDescription(text) && parseJson(text);
  const members = new Map<string, unknown>(Object.entries(value ?? {}));
  const step = (axis: string, key: string, usual: string): AxisCalibration | undefined => {
    const [said, unit] = [members.get(key), members.get(`${key}Unit`) ?? usual];
    return typeof said === "number" && typeof unit === "string"
      ? axisCalibration(axis, said, unit, "tifffile")
      : undefined;
  };
  return [
    step("t", "TimeIncrement", "s"),
    step("z", "PhysicalSizeZ", "\u00b5m"),
    step("y", "PhysicalSizeY", "\u00b5m"),
    step("x", "PhysicalSizeX", "\u00b5m"),
  ].filter((calibration) => calibration !== undefined);
}

function isLength(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

/** Undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
