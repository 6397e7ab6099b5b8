// Opens the dataset that the user names, a folder or an http(s) URL.

import { sourcesOfImages } from "@kym/kym-dataset/sources";
import { summarizeMetadata } from "@kym/kym-schema";
import { PROVENANCE_HISTORY } from "@kym/kym-schema/keys";
import type { DatasetMode, OpenDatasetOptions, ZarrDataset } from "@kym/zarr-store";
import { isZipLocation, openLocalDataset } from "@kym/zarr-store/node";
import type { CommandContext } from "../arguments/command.ts";
import { printableLines } from "../screen/printable.ts";
import { shellWord } from "../screen/shell-word.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { isBlind } from "./blind.ts";
import { requireDataset } from "./require-dataset.ts";

/** How long a command waits for others that write. */
export type OpenStudyOptions = Pick<OpenDatasetOptions, "lock">;

/**
 * Opens a dataset that must exist. Its records get the metadata summary that listing and sorting need.
 *
 * @throws {CliError} `not_found` for a path that is not a dataset
 */
export async function openStudy(
  context: CommandContext,
  path: string,
  mode: DatasetMode,
  options: OpenStudyOptions = {},
): Promise<ZarrDataset> {
  if (!isUrl(path)) {
    await requireDataset(context.resolvePath(path), path);
  }
  return openOrMakeStudy(context, path, mode, options);
}

/**
 * The same for a dataset that may not exist yet: its first commit creates it.
 *
 * @throws {CliError} `read_only` for a packed file, unless it is only read
 */
export async function openOrMakeStudy(
  context: CommandContext,
  path: string,
  mode: DatasetMode,
  { lock }: OpenStudyOptions = {},
): Promise<ZarrDataset> {
  if (mode !== "r") {
    await refusePacked(context, path);
  }
  const silent = (): void => undefined;
  // Messages name files, which can tell a blind scorer what a scan is.
  const warn = isBlind(context)
    ? silent
    : (message: unknown): void => context.terminal.err(`kym: ${printableLines(String(message))}\n`);
  return openLocalDataset(locationOf(context, path), {
    ...{ mode, lock },
    summarize: summarizeMetadata,
    keepsHistory: PROVENANCE_HISTORY,
    onKept: context.onKept,
    sourcesAnew: sourcesOfImages,
    logger: {
      debug: context.verbose ? warn : silent,
      info: warn,
      warn,
      error: warn,
    },
  });
}

/** What `kym pack` made can only be read. @throws {CliError} `read_only` */
async function refusePacked(context: CommandContext, path: string): Promise<void> {
  const location = locationOf(context, path);
  if (await isZipLocation(location)) {
    throw new CliError(EXIT.refused, "read_only", `${location} is a packed file, which can only be read`, {
      details: { path: location },
      hint: `kym unpack ${shellWord(path)} DATASET makes a dataset of it, which takes changes; kym pull gets them from there`,
    });
  }
}

/** A URL unchanged; a path made absolute, relative to the user's folder. */
export function locationOf({ resolvePath }: Pick<CommandContext, "resolvePath">, path: string): string {
  return isUrl(path) ? path : resolvePath(path);
}

function isUrl(path: string): boolean {
  return /^https?:\/\//i.test(path);
}
