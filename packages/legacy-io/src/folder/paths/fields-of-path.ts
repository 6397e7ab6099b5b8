// Reads the fields of the experiment from the names of an image's folders.

import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import type { PathFields, PathPart } from "./path-fields.ts";

/** Values of the experiment by the stored name of their field. */
export type FieldValues = Readonly<Record<string, string | number>>;

/** The fields whose value is a number. */
const NUMBERS: ReadonlySet<string> = new Set([EXPERIMENT_KEYS.depth, EXPERIMENT_KEYS.branchOrder]);
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Returns the fields that the folders of an image name; undefined if its path does not match the pattern, or gives text for a
 * field that is a number. Takes time proportional to the length of the path.
 *
 * @param relPath relative to the ingested folder, its parts joined by `/`
 */
export function fieldsOfPath({ parts, map }: PathFields, relPath: string): FieldValues | undefined {
  const names = relPath.split("/");
  if (names.length < parts.length) {
    return undefined;
  }
  const values: Record<string, string | number> = {};
  for (const [index, part] of parts.entries()) {
    const isFile = index === names.length - 1;
    const found = part.kind === "any" ? [] : isFile ? undefined : fieldsOfName(part, names[index] ?? "");
    if (found === undefined) {
      return undefined;
    }
    for (const [field, name] of found) {
      const value = storedValue(field, mapped(map, field, name));
      if (value === undefined) {
        return undefined;
      }
      if (value !== "") {
        values[field] = value;
      }
    }
  }
  return values;
}

/** Splits a name at the texts between fields: each field but the last takes as little as possible, and at least one character. */
function fieldsOfName(
  { texts, fields }: Extract<PathPart, { readonly kind: "folder" }>,
  folder: string,
): readonly (readonly [string, string])[] | undefined {
  const name = folder.normalize("NFC");
  const [first = "", last = ""] = [texts[0], texts.at(-1)];
  if (fields.length === 0) {
    return name === first ? [] : undefined;
  }
  const end = name.length - last.length;
  if (!name.startsWith(first) || !name.endsWith(last)) {
    return undefined;
  }
  const found: (readonly [string, string])[] = [];
  let start = first.length;
  for (const [index, field] of fields.entries()) {
    const isLast = index === fields.length - 1;
    const text = texts[index + 1] ?? "";
    const stop = isLast ? end : name.indexOf(text, start + 1);
    if (stop <= start || stop > end) {
      return undefined;
    }
    found.push([field, name.slice(start, stop)]);
    start = stop + text.length;
  }
  return found;
}

function mapped(map: PathFields["map"], field: string, name: string): string {
  const names = Object.entries(map).find(([key]) => key === field)?.[1] ?? {};
  const hit = Object.entries(names).find(([from]) => from.normalize("NFC") === name);
  return hit === undefined ? name : hit[1];
}

/** A number for a field of numbers, or text; undefined for text in place of a number. */
function storedValue(field: string, text: string): string | number | undefined {
  if (!NUMBERS.has(field) || text === "") {
    return text;
  }
  return NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}
