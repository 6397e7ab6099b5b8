// Checks that a path is a dataset, and tells the user what to do if it is not.

import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { isZipLocation } from "@kym/zarr-store/node";
import { guessOr } from "../arguments/nearest-word.ts";
import { shellWord } from "../screen/shell-word.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";

/** Names in the root of a dataset. The last two occur in datasets of the Python system. */
const ROOT_NAMES = ["__commits", ZARR_NODE_NAME, ".zgroup", ".zattrs"];

/**
 * Whether a folder looks like a dataset, without reading it.
 *
 * @param exists whether a path exists
 */
export function isDataset(location: string, exists: (path: string) => boolean): boolean {
  return ROOT_NAMES.some((name) => exists(join(location, name)));
}

/** Whether there is a dataset at `location`: a folder, or a file that `kym pack` made. */
export async function isDatasetAt(location: string): Promise<boolean> {
  const names = await namesIn(location);
  return names === "no folder" ? isZipLocation(location) : ROOT_NAMES.some((name) => names.includes(name));
}

/**
 * Throws an error with a hint if there is no dataset at `location`.
 *
 * @param path as it was typed, for the hint
 * @throws {CliError} `not_found`
 */
export async function requireDataset(location: string, path: string): Promise<void> {
  if (!(await isDatasetAt(location))) {
    const names = await namesIn(location);
    throw new CliError(EXIT.input, "not_found", `there is no dataset at ${location}`, {
      details: { path: location },
      hint: await hintFor(location, path, names),
    });
  }
}

async function hintFor(
  location: string,
  path: string,
  names: readonly string[] | "no folder",
): Promise<string> {
  if (names !== "no folder") {
    if (names.includes("__staging")) {
      return `its first ingest was interrupted: run kym ingest FOLDER ${shellWord(path)} again`;
    }
    if (names.length > 0) {
      return `this folder is not a dataset; kym ingest ${shellWord(path)} DATASET makes one from its TIFFs`;
    }
  }
  const siblings = await namesIn(dirname(location));
  const others = siblings === "no folder" ? [] : siblings.filter((name) => /\.zarr(\.zip)?$/.test(name));
  const folder = dirname(path);
  return guessOr(basename(location), others, `kym ingest FOLDER ${shellWord(path)} creates it`, (meant) =>
    join(folder, meant),
  );
}

async function namesIn(folder: string): Promise<readonly string[] | "no folder"> {
  return readdir(folder).catch((): "no folder" => "no folder");
}
