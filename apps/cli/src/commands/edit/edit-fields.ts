// The fields of an image that `kym edit` sets, and how their values are written on a command line or in a spreadsheet.

import { COLUMNS } from "@kym/kym-schema";
import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import { IMAGES_COLUMNS } from "@kym/kym-schema/tables";
import type { CommandOption, OptionValue } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";

/** The value of a field; null if it has none. */
export type FieldValue = string | number | boolean | null;

/** A field that a person sets. */
export interface EditField {
  /** As the column of the table of images is called. */
  readonly name: string;
  /** `step` is a size that is above 0. */
  readonly kind: "text" | "number" | "step" | "accepted";
  readonly help: string;
}

export const UM_PER_PX: string = COLUMNS.umPerPx;
export const MS_PER_LINE: string = COLUMNS.msPerLine;
export const ACCEPTED: string = COLUMNS.accepted;

const NUMBERS: ReadonlySet<string> = new Set(
  IMAGES_COLUMNS.flatMap(({ name, type }) => (type === "float64" ? [name] : [])),
);

/** In the order in which the help lists them. */
export const EDIT_FIELDS: readonly EditField[] = [
  ...Object.values(EXPERIMENT_KEYS).map(
    (name): EditField => ({
      name,
      kind: NUMBERS.has(name) ? "number" : "text",
      help: helpOf(name),
    }),
  ),
  { name: UM_PER_PX, kind: "step", help: "calibration: µm per px" },
  { name: MS_PER_LINE, kind: "step", help: "calibration: milliseconds per line" },
  { name: ACCEPTED, kind: "accepted", help: "" },
];

function helpOf(name: string): string {
  switch (name) {
    case EXPERIMENT_KEYS.note:
      return "a remark, any text";
    case EXPERIMENT_KEYS.date:
      return "the date as you note it; acquired_local stays the microscope's";
    case EXPERIMENT_KEYS.animal:
      return "what the lab calls the animal";
    default:
      return NUMBERS.has(name) ? "a number" : "any text";
  }
}

/** The flag of a field: `cell_type` is set by `--cell-type`. */
function flagOf({ name }: EditField): string {
  return name.replaceAll("_", "-");
}

/** The options of `kym edit`. No variable of the environment sets a field. */
export const FIELD_OPTIONS: Readonly<Record<string, CommandOption>> = {
  ...Object.fromEntries(
    EDIT_FIELDS.filter(({ kind }) => kind !== "accepted").map((field) => [
      flagOf(field),
      { value: "X", help: field.help, neverFromEnvironment: true } as const,
    ]),
  ),
  accept: { help: "include in statistics", neverFromEnvironment: true },
  reject: { help: "exclude from statistics", neverFromEnvironment: true },
};

/** New values by the names of their fields; null clears. */
export type FieldValues = ReadonlyMap<string, FieldValue>;

/**
 * The values that the options give. An empty text clears its field.
 *
 * @throws {CliError} `usage` for a text that is not a number, and for `--accept` beside `--reject`
 */
export function valuesOfOptions(options: Readonly<Record<string, OptionValue>>): FieldValues {
  const values = new Map<string, FieldValue>();
  for (const field of EDIT_FIELDS) {
    const flag = flagOf(field);
    const text = options[flag];
    if (typeof text !== "string") {
      continue;
    }
    const value = text === "" ? null : readValue(field, text);
    if (value === undefined) {
      throw usageError(
        `--${flag} must be ${expectedOf(field)}, not ${JSON.stringify(text)}`,
        `--${flag} "" clears it`,
      );
    }
    values.set(field.name, value);
  }
  const [accept, reject] = [options["accept"] === true, options["reject"] === true];
  if (accept && reject) {
    throw usageError("--accept and --reject contradict each other", "give one of them");
  }
  if (accept || reject) {
    values.set(ACCEPTED, accept);
  }
  return values;
}

const TRUE: ReadonlySet<string> = new Set(["true", "yes", "1"]);
const FALSE: ReadonlySet<string> = new Set(["false", "no", "0"]);

/** Reads the text of a value; undefined if the field cannot have it. */
export function readValue({ kind }: EditField, text: string): FieldValue | undefined {
  switch (kind) {
    case "text":
      return text;
    case "accepted": {
      const word = text.trim().toLowerCase();
      return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined;
    }
    case "number":
      return numberOf(text);
    case "step": {
      const step = numberOf(text);
      return step !== undefined && step > 0 ? step : undefined;
    }
    default:
      return kind satisfies never;
  }
}

/** What a field can have, for messages. */
export function expectedOf({ kind }: EditField): string {
  const expected = {
    text: "a text",
    accepted: "TRUE or FALSE",
    number: "a number",
    step: "a number above 0",
  } as const;
  return expected[kind];
}

/** A decimal number with a point. A comma could as well separate thousands. */
function numberOf(text: string): number | undefined {
  const word = text.trim();
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
