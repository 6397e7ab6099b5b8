import { summarizeMetadata } from "@kym/kym-dataset";
import type { DatasetMode, ZarrDataset } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";
import type { CommandContext } from "./command.ts";

/** Opens the dataset that the user named, a folder or an http(s) URL, with the summary that lists and orders need. */
export async function openStudy(
  context: CommandContext,
  path: string,
  mode: DatasetMode,
): Promise<ZarrDataset> {
  const warn = (message: unknown): void => context.terminal.err(`kym: ${String(message)}\n`);
  const silent = (): void => undefined;
  return openDataset(locationOf(context, path), {
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
  return /^https?:\/\//i.test(path) ? path : resolvePath(path);
}
