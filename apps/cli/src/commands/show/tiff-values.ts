// What a TIFF states about its pixel values.

/** Statements of a TIFF about its values, from the attributes that an ingest wrote. */
export interface TiffValues {
  /** How ImageJ converts the values before it shows them; null if it shows the stored values. */
  readonly tiff_value_calibration: TiffValueCalibration | null;
  /** Sentences about the file: contradictions, tags that could not be read, values that were converted. */
  readonly tiff_warnings: readonly string[];
  /** When it says that it was recorded, and the zone, `no zone`; absent if it does not. */
  readonly tiff_start?: TiffStart | undefined;
}

export interface TiffStart {
  readonly text: string;
  readonly zone: string;
}

/** ImageJ's number of a function, and its coefficients. Function 0 is the straight line `c0 + c1 × value`. */
export interface TiffValueCalibration {
  readonly imagej_function: number;
  readonly coefficients: readonly number[];
  readonly unit: string;
}

/** Reads `tiff_value_calibration`, `tiff_warnings` and `tiff_start`. Values of another form are left out. */
export function tiffValues(attributes: Readonly<Record<string, unknown>>): TiffValues {
  const { tiff_value_calibration: calibration, tiff_warnings: warnings, tiff_start: start } = attributes;
  return {
    tiff_value_calibration: isValueCalibration(calibration) ? calibration : null,
    tiff_warnings: Array.isArray(warnings) ? warnings.filter((text) => typeof text === "string") : [],
    ...(isStart(start) && { tiff_start: start }),
  };
}

function isStart(value: unknown): value is TiffStart {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "text") === "string" &&
    typeof Reflect.get(value, "zone") === "string"
  );
}

function isValueCalibration(value: unknown): value is TiffValueCalibration {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const coefficients: unknown = Reflect.get(value, "coefficients");
  return (
    typeof Reflect.get(value, "imagej_function") === "number" &&
    typeof Reflect.get(value, "unit") === "string" &&
    Array.isArray(coefficients) &&
    coefficients.every((coefficient) => typeof coefficient === "number")
  );
}
