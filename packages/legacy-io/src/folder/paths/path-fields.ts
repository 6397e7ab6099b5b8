// Parses the pattern that says which fields of the experiment the names of folders hold.

import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import { LegacyIoError, type LegacyIoErrorDetails } from "../../errors.ts";

/** One part of a pattern: anything, or a folder's name with fields between texts. */
export type PathPart =
  | { readonly kind: "any" }
  | {
      readonly kind: "folder";
      /** The texts around the fields: one more than there are fields. */
      readonly texts: readonly string[];
      readonly fields: readonly string[];
    };

/** Which fields of the experiment the names of folders hold, as {@link parsePathFields} reads it. */
export interface PathFields {
  /** The pattern as it was given. */
  readonly pattern: string;
  readonly parts: readonly PathPart[];
  /** What to store in place of a name, by field and name. */
  readonly map: PathFieldsMap;
}

/** What to store in place of a folder's name, by field and name. An empty text stores nothing. */
export type PathFieldsMap = Readonly<Record<string, Readonly<Record<string, string>>>>;

const FIELDS: ReadonlySet<string> = new Set(Object.values(EXPERIMENT_KEYS));
const MAX_PATTERN_LENGTH = 1000;
const MAX_MAPPED_NAMES = 10_000;

/**
 * Parses a pattern of folder names, such as `{treatment}/{date}/*`, which is matched with the beginning of an image's path.
 *
 * | in the pattern | matches |
 * |---|---|
 * | `{name}` | one or more characters within one folder's name: the value of this field of the experiment |
 * | text around it | itself |
 * | `*` | one part of the path: a folder or, last, the file |
 * | `/` | the end of a part |
 *
 * Deeper folders are free. If several fields share a folder's name, each but the last has as few characters as possible.
 *
 * @param pattern with the stored names of fields: `treatment`, `date`, `animal`, `cell_type` and so on
 * @param map what to store in place of a name, by field and name
 * @throws LegacyIoError `invalid_argument` that says at which character of the pattern, or for which entry of the map
 * @example
 * const pathFields = parsePathFields("{treatment}/{date}/*", { treatment: { "28d AngII": "AngII" } });
 * await ingestLegacyFolder(dataset, "lab", { pathFields });
 */
export function parsePathFields(pattern: string, map: PathFieldsMap = {}): PathFields {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw faultAt(pattern, MAX_PATTERN_LENGTH, `it is longer than ${MAX_PATTERN_LENGTH} characters`);
  }
  const seen = new Set<string>();
  const parts: PathPart[] = [];
  let at = 0;
  for (const part of pattern.split("/")) {
    parts.push(parsePart(pattern, part, at, seen));
    at += part.length + 1;
  }
  if (seen.size === 0) {
    throw faultAt(pattern, 0, `it names no field; ${whatFields()}`);
  }
  assertMap(pattern, map, seen);
  return { pattern, parts, map };
}

function parsePart(pattern: string, part: string, start: number, seen: Set<string>): PathPart {
  if (part === "*") {
    return { kind: "any" };
  }
  if (part === "" || part === "." || part === "..") {
    throw faultAt(pattern, start, part === "" ? "a part is empty" : `"${part}" is not the name of a folder`);
  }
  const texts = [""];
  const fields: string[] = [];
  for (let index = 0; index < part.length; index++) {
    const character = part.charAt(index);
    if (character === "{") {
      if (fields.length > 0 && texts.at(-1) === "") {
        throw faultAt(pattern, start + index, "two fields need a text between them");
      }
      const stop = part.indexOf("}", index);
      if (stop < 0) {
        throw faultAt(pattern, start + index, '"{" is not closed by "}" before the next "/"');
      }
      fields.push(parseField(pattern, part.slice(index + 1, stop), start + index + 1, seen));
      texts.push("");
      index = stop;
    } else if (REFUSED[character] === undefined) {
      texts.push(`${texts.pop() ?? ""}${character}`);
    } else {
      throw faultAt(pattern, start + index, REFUSED[character]);
    }
  }
  return { kind: "folder", texts: texts.map((text) => text.normalize("NFC")), fields };
}

const REFUSED: Readonly<Record<string, string>> = {
  "}": '"}" closes nothing',
  "*": '"*" stands for a whole part; write {name} for a piece of a name',
  "\\": 'the parts of a path are separated by "/"',
};

function parseField(pattern: string, name: string, start: number, seen: Set<string>): string {
  if (!FIELDS.has(name)) {
    const why = name === "" ? "{} names no field" : `there is no field ${JSON.stringify(name)}`;
    throw faultAt(pattern, start, `${why}; ${whatFields()}`, { expected: [...FIELDS], found: name });
  }
  if (seen.has(name)) {
    throw faultAt(pattern, start, `{${name}} stands twice`);
  }
  seen.add(name);
  return name;
}

function assertMap(pattern: string, map: PathFieldsMap, fields: ReadonlySet<string>): void {
  let count = 0;
  for (const [field, names] of Object.entries(map)) {
    count += Object.keys(names).length;
    if (!fields.has(field)) {
      throw new LegacyIoError(
        "invalid_argument",
        `a name is mapped for ${JSON.stringify(field)}, which is not a field of the pattern ${JSON.stringify(pattern)}`,
        { expected: [...fields], found: field },
      );
    }
  }
  if (count > MAX_MAPPED_NAMES) {
    throw new LegacyIoError("invalid_argument", `more than ${MAX_MAPPED_NAMES} names are mapped`, {
      expected: MAX_MAPPED_NAMES,
      found: count,
    });
  }
}

function whatFields(): string {
  return `the fields are ${[...FIELDS].join(", ")}`;
}

function faultAt(
  pattern: string,
  index: number,
  why: string,
  details: LegacyIoErrorDetails = {},
): LegacyIoError {
  const shown = JSON.stringify(pattern.slice(0, 120));
  return new LegacyIoError("invalid_argument", `the pattern ${shown}, at character ${index + 1}: ${why}`, {
    offset: index,
    found: pattern,
    ...details,
  });
}
