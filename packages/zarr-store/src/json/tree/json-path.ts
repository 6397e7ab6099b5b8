// Names the place of a value in a JSON document, for error messages.

import { ZarrStoreError } from "../../errors.ts";

/** The keys and indices that lead to a value in a document. */
export type JsonPath = readonly (string | number)[];

/** Writes a path as `$.items[2].name`. Keys that are not plain words are put in brackets: `$["a b"]`. */
export function formatJsonPath(path: JsonPath): string {
  let text = "$";
  for (const step of path) {
    if (typeof step === "number") {
      text += `[${step}]`;
    } else {
      text += /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    }
  }
  return text;
}

/** The error for a value that cannot be written as JSON. */
export function jsonValueError(path: JsonPath, expected: string, found: string): ZarrStoreError {
  const place = formatJsonPath(path);
  return new ZarrStoreError(
    "invalid_argument",
    `cannot be JSON at ${place}: expected ${expected}, found ${found}`,
    { path: place, expected, found },
  );
}
