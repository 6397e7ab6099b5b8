// `kym pack`: puts one version of a dataset into one file.

import { packDataset } from "@kym/zarr-store/node";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { assertInNoDataset } from "../../arguments/write-new-file.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { locationOf } from "../../study/open-study.ts";
import { requireDataset } from "../../study/require-dataset.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { parseVersion } from "../history/parse-version.ts";
import { copyingOptions, notCopiedWarnings, removePartialsOf, sizeText } from "./copying.ts";

export const packCommand: Command = defineCommand({
  usage: "pack DATASET FILE",
  description: `Puts one version of a dataset, with its log, into one file to send: a zip file of 64 bits,
without compression. Others may write to DATASET meanwhile. The same version gives the same bytes.

Every file is verified by its hash. FILE appears whole or not at all, and nothing may be there
before. It has no history: what was replaced before cannot be brought back from it.

All commands that only read take FILE in place of a dataset, also by an http(s) URL, and kym pull
gets from it what the other copy did. kym unpack makes a dataset of it. Python opens it as well,
by zarr.storage.ZipStore.`,
  examples: ["kym pack study.zarr study.zarr.zip", "kym pack study.zarr before.zarr.zip --version 12"],
  options: {
    version: { value: "N", help: "the version to pack; default: the newest" },
    force: { short: "f", help: "replace an existing file", neverFromEnvironment: true },
  },
  run: async (context) => {
    const [path = "", to = ""] = context.args;
    const source = locationOf(context, path);
    if (source === context.resolvePath(path)) {
      await requireDataset(source, path);
    }
    const target = context.resolvePath(to);
    await assertInNoDataset(target);
    await removePartialsOf(target);
    const progress = startProgress(context.terminal, "packed", context.progress);
    try {
      const report = await packDataset(source, target, {
        ...copyingOptions(),
        version: parseVersion(context.options.version),
        replace: context.options.force === true,
        signal: context.signal,
        onProgress: ({ done, total, path: item }) => progress.update(done, total, item),
      }).catch((error: unknown) => {
        throw alreadyThere(error, target);
      });
      progress.end();
      const { version, objects, zipBytes, notCopied } = report;
      return {
        exitCode: EXIT.ok,
        data: report,
        warnings: notCopiedWarnings(notCopied, path),
        text: `packed version ${version}: ${sizeText(objects, zipBytes)}, to ${to}\n`,
        next: `kym check ${shellWord(to)}`,
      };
    } finally {
      progress.end();
    }
  },
});

/** The same error with what helps here. */
function alreadyThere(error: unknown, target: string): unknown {
  const isThere = error instanceof Error && "code" in error && error.code === "already_exists";
  return isThere
    ? new CliError(EXIT.refused, "already_exists", error.message, {
        details: { path: target },
        hint: "choose another name; --force replaces a file",
        cause: error,
      })
    : error;
}
