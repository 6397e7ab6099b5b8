// Checks that a path is a folder of images, and tells the user what to do if it is not.

import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { guess } from "../arguments/nearest-word.ts";
import { shellWord } from "../screen/shell-word.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";

/** A zip file that holds an OME-Zarr image is ingested like the folder that was packed. */
const ZARR_ARCHIVE = /\.(zarr\.zip|ozx)$/i;

/**
 * Throws an error with a hint if `location` is not a folder, or is a dataset.
 *
 * @param path as it was typed, for the hint
 * @throws {CliError} `not_found`; `not_a_folder`; `is_a_dataset`
 */
export async function requireFolder(location: string, path: string): Promise<void> {
  const found = await stat(location).catch(() => undefined);
  if (found === undefined) {
    const folders = await foldersIn(dirname(location));
    const hint = guess(basename(location), folders, (meant) => join(dirname(path), meant));
    throw refusal("not_found", `there is no folder ${location}`, {
      ...(hint !== undefined && { hint }),
      details: { path: location },
    });
  }
  if (found.isFile() && ZARR_ARCHIVE.test(location)) {
    return;
  }
  if (!found.isDirectory()) {
    throw refusal("not_a_folder", `${location} is not a folder`, {
      hint: `give its folder, ${shellWord(dirname(path))}, and select the file with --pattern ${JSON.stringify(basename(path))}`,
      details: { path: location },
    });
  }
  if ((await readdir(location).catch((): string[] => [])).includes("__commits")) {
    throw refusal("is_a_dataset", `${location} is a dataset, not a folder of images`, {
      hint: "the order is kym ingest FOLDER DATASET, and kym refresh DATASET FOLDER",
      details: { path: location },
    });
  }
}

/** The names of the folders in a folder, without datasets. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  return entries.flatMap((entry) =>
    (entry.isDirectory() || entry.isSymbolicLink()) && !/\.zarr$/i.test(entry.name) ? [entry.name] : [],
  );
}

function refusal(code: string, message: string, more: ConstructorParameters<typeof CliError>[3]): CliError {
  return new CliError(EXIT.input, code, message, more);
}
