import { canonicalJson } from "@kym/zarr-store/json";
import { type HashText, sha256Hex } from "./sha256-hex.ts";

/**
 * The one spelling of a JSON value (ticket 18): sorted keys, no spaces, Python's numbers. For JSON text it equals
 * `json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)` byte for byte.
 *
 * @throws {ZarrStoreError} `invalid_argument`, with the path, for NaN, infinities and what JSON does not have
 */
export function stableJsonDumps(value: unknown): string {
  return canonicalJson(value);
}

/**
 * The SHA-256 of {@link stableJsonDumps} of a value or a `JsonText`, in lower-case hexadecimal: what `params_hash`
 * holds (ticket 18).
 *
 * A text and the value that `loadJson` reads from it hash alike, but for floats whose value is a safe integer (`1.0`,
 * `1e3`): JavaScript has one number for `1` and `1.0`, and it hashes as `1`. Integers of any size, `1e16` and `-0.0` are
 * alike. Where the text is at hand, hash the text: `paramsHash(await record.loadJsonText("radon/params"))`.
 *
 * @throws {ZarrStoreError} `invalid_argument`, with the path, for NaN, infinities and what JSON does not have
 */
export function paramsHash(value: unknown): string {
  return sha256Hex(stableJsonDumps(value));
}

/** {@link paramsHash} by another implementation of SHA-256. */
export function paramsHashBy(hashText: HashText, value: unknown): string {
  return hashText(stableJsonDumps(value));
}
