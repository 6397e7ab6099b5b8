import { ZarrStoreError } from "../../errors.ts";
import { type ParseLosslessOptions, parseLossless } from "./parse-lossless.ts";

const jsonTextBrand: unique symbol = Symbol.for("@kym/zarr-store/json-text");

/** Text that is known to be JSON, to be stored or hashed as it is. Made by {@link jsonText} only. */
export interface JsonText {
  readonly kind: "json-text";
  readonly text: string;
  readonly [jsonTextBrand]: true;
}

/**
 * Checks that `text` is JSON and marks it as such; the text is not changed.
 * @throws {ZarrStoreError} `invalid_file`, as {@link parseLossless}.
 */
export function jsonText(text: string, options: ParseLosslessOptions = {}): JsonText {
  parseLossless(text, options);
  return { [jsonTextBrand]: true, kind: "json-text", text };
}

/**
 * {@link jsonText} of UTF-8 bytes. A BOM is dropped.
 * @throws {ZarrStoreError} `invalid_file` if the bytes are no UTF-8 or no JSON.
 */
export function decodeJsonText(bytes: Uint8Array, options: ParseLosslessOptions = {}): JsonText {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const name = options.where ?? "JSON text";
    throw new ZarrStoreError("invalid_file", `${name} is not UTF-8`, {
      ...(options.where === undefined ? {} : { path: options.where }),
      expected: "UTF-8",
      cause,
    });
  }
  const json = jsonText(text, options);
  return text.startsWith("\ufeff") ? { ...json, text: text.slice(1) } : json;
}

/** True for what {@link jsonText} made, false for plain data of the same shape. */
export function isJsonText(value: unknown): value is JsonText {
  return typeof value === "object" && value !== null && jsonTextBrand in value;
}
