// Hashes params and contexts so that equal JSON gives equal hashes, here and in the Python system.

import { canonicalJson } from "@kym/zarr-store/json";
import { type HashText, sha256Hex } from "./sha256-hex.ts";

/**
 * Writes a JSON value in its canonical form: sorted keys, no spaces, numbers as Python writes them. For JSON text it
 * equals `json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)` byte for byte.
 *
 * @throws {ZarrStoreError} `invalid_argument`, with the path, for NaN, infinities and values that JSON cannot hold
 */
export function stableJsonDumps(value: unknown): string {
  return canonicalJson(value);
}

/**
 * Hashes a JSON value or a `JsonText`: the SHA-256 of its canonical form, in lower-case hexadecimal. The column
 * `params_hash` holds it.
 *
 * Hash the text if you have it. JavaScript has one number for `1` and `1.0`, so a parsed `1.0` or `1e3` hashes as an
 * integer. Every other value hashes like its text. See `docs/indexing.md#the-hash-of-params`.
 *
 * @example
 * paramsHash(await record.loadJsonText("radon/params"));
 * @throws {ZarrStoreError} `invalid_argument`, with the path, for NaN, infinities and values that JSON cannot hold
 */
export function paramsHash(value: unknown): string {
  return sha256Hex(stableJsonDumps(value));
}

/** Computes {@link paramsHash} with another implementation of SHA-256. */
export function paramsHashBy(hashText: HashText, value: unknown): string {
  return hashText(stableJsonDumps(value));
}
