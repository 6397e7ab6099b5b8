// `kym copy`: copies one version of a dataset into a new folder, beside writers.

import { PROVENANCE_HISTORY } from "@kym/kym-schema/keys";
import { copyDataset } from "@kym/zarr-store/node";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { locationOf } from "../../study/open-study.ts";
import { requireDataset } from "../../study/require-dataset.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { counted } from "../../terminal/text-table.ts";
import { parseVersion } from "../history/parse-version.ts";
import { copyingOptions, notCopiedWarnings, removePartialsOf, sizeText } from "./copying.ts";

export const copyCommand: Command = defineCommand({
  usage: "copy DATASET TARGET",
  description: `Copies a dataset, a folder or an http(s) URL, into a new folder: one version, with its log and
its history. Others may write to DATASET meanwhile, which no plain copy of the folder allows.

Every file is verified by its hash. TARGET appears whole or not at all, and nothing may be there
before. The copy pulls from the original, and the original from it. Where the file system can,
files share their space with the original.

--version takes an older version. It needs what later commits replaced: pixels and pooled
tables are not kept, so a version before such a change cannot be copied.`,
  examples: [
    "kym copy study.zarr /media/stick/study.zarr",
    "kym copy study.zarr before.zarr --version 12",
    "kym copy https://example.org/study.zarr study.zarr",
  ],
  options: { version: { value: "N", help: "the version to copy; default: the newest" } },
  run: async (context) => {
    const [path = "", to = ""] = context.args;
    const { version } = context.options;
    const source = locationOf(context, path);
    if (source === context.resolvePath(path)) {
      await requireDataset(source, path);
    }
    const target = context.resolvePath(to);
    if (/\.zip$/i.test(to)) {
      throw usageError(
        `kym copy makes a folder, and ${to} is the name of a file`,
        `kym pack ${shellWord(path)} ${shellWord(to)} makes one file`,
      );
    }
    await removePartialsOf(target);
    const progress = startProgress(context.terminal, "copied", context.progress);
    try {
      const report = await copyDataset(source, target, {
        ...copyingOptions(),
        version: parseVersion(version),
        keepsHistory: PROVENANCE_HISTORY,
        signal: context.signal,
        onProgress: ({ done, total, path: item }) => progress.update(done, total, item),
      });
      progress.end();
      const { objects, sizeBytes, history, notCopied } = report;
      return {
        exitCode: EXIT.ok,
        data: report,
        warnings: [
          ...(history.missing === 0
            ? []
            : [
                `${counted(history.missing, "older version")} of files that the log names are not in the history`,
              ]),
          ...notCopiedWarnings(notCopied, path),
        ],
        text: `copied version ${report.version}: ${sizeText(objects, sizeBytes)}, to ${to}\n`,
        next: `kym check ${shellWord(to)}`,
      };
    } finally {
      progress.end();
    }
  },
});
