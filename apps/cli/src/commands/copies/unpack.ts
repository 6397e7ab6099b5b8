// `kym unpack`: makes a dataset of a file that `kym pack` made.

import { copyDataset, isZipLocation } from "@kym/zarr-store/node";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { locationOf } from "../../study/open-study.ts";
import { requireDataset } from "../../study/require-dataset.ts";
import { CliError, usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { counted } from "../../terminal/text-table.ts";
import { copyingOptions, removePartialsOf, sizeText } from "./copying.ts";

export const unpackCommand: Command = defineCommand({
  usage: "unpack FILE [DATASET]",
  description: `Makes a dataset of a file that kym pack made, or of a zip file of a whole dataset folder; FILE may
be an http(s) URL. Without DATASET, the dataset is called as FILE is, without .zip, beside it.

Every file is verified by its hash. DATASET appears whole or not at all, and nothing may be there
before. It is a copy as kym copy makes it: it pulls from the original, and the original from it.`,
  examples: ["kym unpack study.zarr.zip", "kym unpack https://example.org/study.zarr.zip bela.zarr"],
  options: {},
  run: async (context) => {
    const [path = "", given] = context.args;
    const source = locationOf(context, path);
    const to = given ?? nameWithoutZip(path, source !== context.resolvePath(path));
    if (source === context.resolvePath(path)) {
      await requireDataset(source, path);
    }
    if (!(await isZipLocation(source))) {
      throw new CliError(EXIT.input, "not_packed", `${source} is a folder, not a packed file`, {
        details: { path: source },
        hint: `kym copy ${shellWord(path)} TARGET copies it`,
      });
    }
    const target = context.resolvePath(to);
    await removePartialsOf(target);
    const progress = startProgress(context.terminal, "unpacked", context.progress);
    try {
      const report = await copyDataset(source, target, {
        ...copyingOptions(),
        signal: context.signal,
        onProgress: ({ done, total, path: item }) => progress.update(done, total, item),
      });
      progress.end();
      const { version, objects, sizeBytes, history } = report;
      const missing = history.missing;
      return {
        exitCode: EXIT.ok,
        data: { ...report, dataset: to },
        text: `unpacked version ${version}: ${sizeText(objects, sizeBytes)}, to ${to}\n${leftBehind(missing)}`,
        next: `kym check ${shellWord(to)}`,
      };
    } finally {
      progress.end();
    }
  },
});

/** What the copy cannot do, because the file has no history. */
function leftBehind(missing: number): string {
  return missing === 0
    ? ""
    : `${counted(missing, "older version")} of files stayed behind: kym undo takes back only what is changed from here on\n`;
}

/** Where the dataset goes if nobody says: beside the file, or here for a URL. */
function nameWithoutZip(path: string, isUrl: boolean): string {
  const name = isUrl && URL.canParse(path) ? (new URL(path).pathname.split("/").at(-1) ?? "") : path;
  const stem = name.replace(/\.(zip|ozx)$/i, "");
  if (stem === name || stem === "" || stem.endsWith("/")) {
    throw usageError(
      `${path} does not end with .zip: name the DATASET`,
      `kym unpack ${shellWord(path)} DATASET`,
    );
  }
  return stem;
}
