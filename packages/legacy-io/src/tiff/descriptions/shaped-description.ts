// Reads what tifffile writes about a stack into `ImageDescription`: `{"shape": [5, 64, 48]}`.

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

function isLength(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
