// `--path-fields` and `--map`: which fields of the experiment the names of folders hold.

import { isLegacyIoError, type PathFields, type PathFieldsMap, parsePathFields } from "@kym/legacy-io";
import type { OptionValue } from "../../arguments/command.ts";
import { guessOr } from "../../arguments/nearest-word.ts";
import { usageError } from "../../terminal/cli-error.ts";

/** The options of `ingest` and `refresh`. */
export const PATH_FIELDS_OPTIONS = {
  "path-fields": {
    value: "P",
    help: 'read fields from folder names, as "{treatment}/{date}/*"; the dataset remembers it, "" forgets it',
  },
  map: {
    value: "F:NAME=VALUE",
    repeats: "whole",
    help: 'store VALUE for a folder NAME, as treatment:"28d AngII"=AngII; repeatable',
  },
} as const;

const HINT = '--path-fields "{treatment}/{date}/*" --map treatment:"28d AngII"=AngII';

/**
 * Reads both options. Undefined if neither is given; null if the dataset is to forget its pattern.
 *
 * @throws {CliError} `usage` that says where in the pattern or in the map
 */
export function pathFieldsOption(options: {
  readonly "path-fields"?: OptionValue;
  readonly map?: OptionValue;
}): PathFields | null | undefined {
  const { "path-fields": pattern, map } = options;
  const words = Array.isArray(map) ? map.map(String) : [];
  if (typeof pattern !== "string" || pattern === "") {
    if (words.length > 0) {
      throw usageError("--map needs --path-fields: give the pattern as well", HINT);
    }
    return pattern === "" ? null : undefined;
  }
  try {
    return parsePathFields(pattern, mapOf(words));
  } catch (error) {
    if (isLegacyIoError(error, "invalid_argument")) {
      const { expected, found } = error.details;
      const words = Array.isArray(expected) ? expected.map(String) : [];
      const hint = guessOr(String(found), words, HINT, (nearest) => `{${nearest}}`);
      throw usageError(`--path-fields: ${error.message}`, hint);
    }
    throw error;
  }
}

/** Reads `FIELD:NAME=VALUE`. A name that has an equals sign stands in double quotes. */
function mapOf(words: readonly string[]): PathFieldsMap {
  const map = new Map<string, Map<string, string>>();
  for (const word of words) {
    const [, field = "", quoted, plain, value = ""] =
      /^([^:]+):(?:"([^"]+)"|([^=]+))=(.*)$/s.exec(word) ?? [];
    const name = quoted ?? plain;
    if (name === undefined) {
      throw usageError(`--map must be FIELD:NAME=VALUE, not ${JSON.stringify(word)}`, HINT);
    }
    const names = map.get(field) ?? new Map<string, string>();
    const before = names.get(name);
    if (before !== undefined && before !== value) {
      const two = `${JSON.stringify(before)} and ${JSON.stringify(value)}`;
      throw usageError(`--map gives two values for ${field}:${JSON.stringify(name)}: ${two}`);
    }
    map.set(field, names.set(name, value));
  }
  return Object.fromEntries([...map].map(([field, names]) => [field, Object.fromEntries(names)]));
}
