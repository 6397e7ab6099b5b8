// The type of a parsed JSON object, and its guard.

/** A parsed JSON object, with any values. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object; false for an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
