/** An object of JSON, as parsed: anything under any key. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for an object of JSON; an array is none. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
