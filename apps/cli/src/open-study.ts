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
  const location = /^https?:\/\//i.test(path) ? path : context.resolvePath(path);
  return openDataset(location, {
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
