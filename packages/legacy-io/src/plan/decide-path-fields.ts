// Decides what the names of an image's folders say of it now, and whether that is new.

import { type FieldValues, fieldsOfPath } from "../folder/paths/fields-of-path.ts";
import type { PathFields } from "../folder/paths/path-fields.ts";

/** What the names of an image's folders say, and the pattern by which they were read. */
export interface FolderFields {
  readonly pattern: string;
  readonly values: FieldValues;
}

/** What folder names say of an image from now on. */
export interface PathFieldsDecision {
  /** Undefined if they say nothing, and never did. */
  readonly fields: FolderFields | undefined;
  /** True if the values differ from those that were ingested. */
  readonly isChanged: boolean;
  /** False if there is a pattern, and no path of the image matches it. */
  readonly isMatch: boolean;
}

/**
 * Decides what folder names say of an image. Reads nothing.
 *
 * - Without a pattern, what they said stays.
 * - If the path no longer matches the pattern by which it was read, it stays too: like a sidecar that is gone.
 * - If it does not match another pattern, they say nothing.
 *
 * @param relPaths the paths at which the image is known, best first
 * @param was what they said when the image was ingested
 */
export function decidePathFields(
  pathFields: PathFields | undefined,
  relPaths: readonly string[],
  was?: FolderFields,
): PathFieldsDecision {
  if (pathFields === undefined) {
    return { fields: was, isChanged: false, isMatch: true };
  }
  const { pattern } = pathFields;
  for (const relPath of relPaths) {
    const values = fieldsOfPath(pathFields, relPath);
    if (values !== undefined) {
      return { fields: { pattern, values }, isChanged: !isSame(values, was?.values ?? {}), isMatch: true };
    }
  }
  if (was === undefined || was.pattern === pattern) {
    return { fields: was, isChanged: false, isMatch: false };
  }
  return { fields: { pattern, values: {} }, isChanged: !isSame({}, was.values), isMatch: false };
}

/** True if both have the same values. */
export function isSame(a: FieldValues, b: FieldValues): boolean {
  const other = new Map(Object.entries(b));
  const entries = Object.entries(a);
  return entries.length === other.size && entries.every(([field, value]) => other.get(field) === value);
}

/** Words values: `treatment "AngII", depth 200`. */
export function wordsOfFields(values: FieldValues): string {
  const words = Object.entries(values).map(([field, value]) => `${field} ${JSON.stringify(value)}`);
  return words.length === 0 ? "nothing" : words.join(", ");
}
