// Where a command writes its table and in which format: the options -o, --format and --force.

import { usageError } from "../terminal/cli-error.ts";

const FILE_FORMATS = ["csv", "tsv", "parquet", "xlsx", "json"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Formats that are text, and so can go to stdout. */
export type TextFormat = Exclude<FileFormat, "parquet" | "xlsx">;

/** The options of a command that gives a table. */
export const OUTPUT_OPTIONS = {
  format: {
    value: "X",
    choices: ["table", "csv", "tsv", "parquet", "xlsx", "json"],
    help: "table (default), csv, tsv or json; parquet and xlsx with -o",
  },
  output: {
    short: "o",
    value: "FILE",
    help: "write to FILE.csv, .tsv, .parquet, .xlsx or .json; - is stdout",
  },
  force: { short: "f", help: "replace an existing file", neverFromEnvironment: true },
} as const;

/** What the user chose. */
export type OutputChoice =
  | { readonly to: "file"; readonly file: string; readonly format: FileFormat; readonly force: boolean }
  | { readonly to: "stdout"; readonly format: "table" | TextFormat };

/** The values of {@link OUTPUT_OPTIONS}. */
export interface OutputOptionValues {
  readonly format?: "table" | FileFormat | undefined;
  readonly output?: string | undefined;
  readonly force?: true | undefined;
}

/**
 * Decides where the table goes, by the ending of the file.
 *
 * @throws {CliError} `usage` for another ending, one that `--format` contradicts, and a format that stdout cannot show
 */
export function outputChoice({ format, output, force }: OutputOptionValues): OutputChoice {
  if (output === undefined || output === "-") {
    if (format === "parquet" || format === "xlsx") {
      throw usageError(`${format} goes to a file, not to stdout`, `name one: -o table.${format}`);
    }
    return { to: "stdout", format: format ?? "table" };
  }
  const name = output.slice(Math.max(output.lastIndexOf("/"), output.lastIndexOf("\\")) + 1);
  const dot = name.lastIndexOf(".");
  const ending = dot === -1 ? "" : name.slice(dot + 1).toLowerCase();
  const byName = FILE_FORMATS.find((known) => known === ending);
  if (byName === undefined) {
    const found = ending === "" ? "has no ending" : `ends with .${ending}`;
    throw usageError(
      `${output} ${found}, which says no format that kym writes`,
      `use ${FILE_FORMATS.map((known) => `.${known}`).join(", ")}`,
    );
  }
  if (format !== undefined && format !== byName) {
    throw usageError(
      `--format ${format} contradicts the ending of ${output}`,
      format === "table" ? "leave --format out" : `leave --format out, or name the file ….${format}`,
    );
  }
  return { to: "file", file: output, format: byName, force: force === true };
}
