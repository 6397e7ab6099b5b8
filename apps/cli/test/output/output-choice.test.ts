import { expect, test } from "vitest";
import { type OutputOptionValues, outputChoice } from "../../src/output/output-choice.ts";

test.each([
  ["x.csv", "csv"],
  ["x.TSV", "tsv"],
  ["a.b/x.parquet", "parquet"],
  ["x.y.xlsx", "xlsx"],
  ["x.json", "json"],
] as const)("the ending of -o %s says the format %s", (output, format) => {
  expect(outputChoice({ output })).toEqual({ to: "file", file: output, format, force: false });
  expect(outputChoice({ output, format, force: true })).toMatchObject({ force: true });
});

test("without -o, and with -o -, the table goes to stdout, as a table or as --format says", () => {
  expect(outputChoice({})).toEqual({ to: "stdout", format: "table" });
  for (const format of ["table", "csv", "tsv", "json"] as const) {
    expect(outputChoice({ output: "-", format })).toEqual({ to: "stdout", format });
  }
});

test.each<[string, OutputOptionValues, string]>([
  ["another ending", { output: "x.txt" }, "x.txt ends with .txt"],
  ["no ending", { output: "a.csv/x" }, "a.csv/x has no ending"],
  ["a hidden file without an ending of ours", { output: ".csvx" }, ".csvx ends with .csvx"],
  [
    "an ending that --format contradicts",
    { output: "x.csv", format: "xlsx" },
    "contradicts the ending of x.csv",
  ],
  ["a file for people to see on a screen", { output: "x.csv", format: "table" }, "contradicts the ending"],
  ["bytes for a screen", { format: "parquet" }, "parquet goes to a file"],
  ["bytes for a pipe", { format: "xlsx", output: "-" }, "xlsx goes to a file"],
])("is refused as a mistake in the command line: %s", (_, options, message) => {
  expect(() => outputChoice(options)).toThrow(
    expect.objectContaining({ exitCode: 2, code: "usage", message: expect.stringContaining(message) }),
  );
});
