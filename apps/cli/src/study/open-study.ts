import { summarizeMetadata } from "@kym/kym-schema";
import type { DatasetMode, ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import type { CommandContext } from "../arguments/command.ts";
import { requireDataset } from "./require-dataset.ts";

/**
 * Opens the dataset that the user named, a folder or an http(s) URL, with the summary that lists and orders need.
 *
 * @throws {CliError} `not_found` for a folder that is none
 */
export async function openStudy(
  context: CommandContext,
  path: string,
  mode: DatasetMode,
): Promise<ZarrDataset> {
  if (!isUrl(path)) {
    await requireDataset(context.resolvePath(path), path);
  }
  return openOrMakeStudy(context, path, mode);
}

/** The same for a dataset that its first commit makes. */
export async function openOrMakeStudy(
  context: CommandContext,
  path: string,
  mode: DatasetMode,
): Promise<ZarrDataset> {
  const warn = (message: unknown): void => context.terminal.err(`kym: ${String(message)}\n`);
  const silent = (): void => undefined;
  return openLocalDataset(locationOf(context, path), {
    mode,
    summarize: summarizeMetadata,
    logger: {
      debug: context.verbose ? warn : silent,
      info: context.verbose ? warn : silent,
      warn,
      error: warn,
    },
  });
}

/** A URL as it is, a path from where the user stands. */
export function locationOf({ resolvePath }: Pick<CommandContext, "resolvePath">, path: string): string {
  return isUrl(path) ? path : resolvePath(path);
}

function isUrl(path: string): boolean {
  return /^https?:\/\//i.test(path);
}
