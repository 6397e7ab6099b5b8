// What a blind scorer is told of an error: what he typed wrongly, and nothing that tells of scans or places.

import { CliError } from "../terminal/cli-error.ts";

/** Errors about the words of the command line. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["usage", "ambiguous", "invalid_sql", "invalid_sheet", "no_such_image", "cannot_ask", "aborted"],
]);

const ANY_PATH = /(?:[a-z]+:\/\/|\/|[A-Z]:\\)[^\s"'`,;]*[/\\][^\s"'`,;]*/gi;

/**
 * The error without names of datasets and files, and without its details. Of an error that is not about the command line
 * only the code is left.
 *
 * @param dataset as the user typed it
 * @param location the same, absolute
 */
export function blindError(error: CliError, dataset: string, location: string): CliError {
  const { exitCode, code, message, hint } = error;
  const said = (text: string): string => withoutDataset(text, dataset, location);
  if (code === "already_exists") {
    return new CliError(exitCode, code, "the file exists already", { hint: "--force replaces it" });
  }
  if (HARMLESS.has(code) || isAboutRoi(error)) {
    return new CliError(exitCode, code, said(message), { ...(hint !== undefined && { hint: said(hint) }) });
  }
  return new CliError(
    exitCode,
    code,
    `it did not work (${code}); what it was about could tell what a scan is`,
    {
      hint: "somebody who need not be blind can run the command without --blind",
    },
  );
}

/** A text with the word DATASET in place of each form of the dataset's name, and without other absolute paths. */
export function withoutDataset(text: string, dataset: string, location: string): string {
  const name = location.split(/[/\\]/).findLast((part) => part !== "") ?? "";
  const forms = [location, dataset, dataset.replace(/[/\\]+$/, ""), name, name.replace(/\.zarr$/i, "")];
  return forms
    .filter((form) => form.length >= LEAST)
    .reduce((sofar, form) => sofar.replaceAll(form, "DATASET"), text)
    .replace(ANY_PATH, "PATH");
}

/** Such errors hold numbers only, unless they cite the stored form of a ROI: then the path of a field comes first. */
function isAboutRoi({ cause, message }: CliError): boolean {
  return cause instanceof Error && cause.name === "RoiError" && !message.startsWith("$");
}

/** A shorter name, such as `s`, stands in most words by chance. */
const LEAST = 3;
