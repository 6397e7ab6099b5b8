// JSON text that has been checked and is stored or hashed unchanged.

import { ZarrStoreError } from "../../errors.ts";
import { type ParseLosslessOptions, parseLossless } from "./parse-lossless.ts";

const jsonTextBrand: unique symbol = Symbol.for("@kym/zarr-store/json-text");

/** Text that is known to be JSON, to be stored or hashed unchanged. Only {@link jsonText} makes it. */
export interface JsonText {
  readonly kind: "json-text";
  readonly text: string;
  readonly [jsonTextBrand]: true;
}

/**
 * Checks that `text` is JSON and marks it as such, without changing it.
 *
 * @throws {ZarrStoreError} `invalid_file`, as {@link parseLossless}.
 */
export function jsonText(text: string, options: ParseLosslessOptions = {}): JsonText {
  parseLossless(text, options);
  return { [jsonTextBrand]: true, kind: "json-text", text };
}

/**
 * Decodes UTF-8 bytes and checks that they are JSON, as {@link jsonText} does. A byte order mark is dropped.
 *
 * @throws {ZarrStoreError} `invalid_file` if the bytes are not UTF-8 or not JSON.
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

/** True for a value made by {@link jsonText}, false for plain data of the same shape. */
export function isJsonText(value: unknown): value is JsonText {
  return typeof value === "object" && value !== null && jsonTextBrand in value;
}
