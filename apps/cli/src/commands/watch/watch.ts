// `kym watch`: ingests scans while a microscope writes them.

import { watchFolder } from "@kym/legacy-io/node";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { openOrMakeStudy } from "../../study/open-study.ts";
import { requireFolder } from "../../study/require-folder.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { FOLDER_OPTIONS, folderOptions } from "../ingest/folder-options.ts";
import { TIFF_LIMIT_OPTIONS } from "../ingest/tiff-limits.ts";
import { secondsOption } from "./seconds-option.ts";
import { watchLog } from "./watch-log.ts";

export const watchCommand: Command = defineCommand({
  usage: "watch FOLDER DATASET",
  description: `Ingests scans while the microscope writes them, until you press Ctrl-C. It lists the folder
again and again, so it also works on network drives. The folder is only read.

A scan is ingested when it is whole: its size and times stayed the same for 5 s (--settle), it is not
empty, its pixels lie inside the file, and it did not change while it was read. A TIFF that changes later
takes the place of its image, which keeps its ROIs. Metadata and analyses that come later
are added. A broken file is named once, and tried again when it changes.

Commits are at least 10 s apart, and other commands can change the dataset meanwhile. After an
interruption, run the same command again. With --json or --progress=json, each event is one line.`,
  examples: [
    "kym watch /mnt/microscope/today study.zarr",
    "kym watch ./kymographs study.zarr --settle 30",
    "kym watch ./kymographs study.zarr --until-idle 600 --json",
  ],
  writesJsonLines: true,
  options: {
    settle: { value: "SECONDS", help: "how long a file must stay the same to be whole (default 5)" },
    "commit-every": { value: "SECONDS", help: "least time from one commit to the next (default 10)" },
    "until-idle": { value: "SECONDS", help: "end when nothing has changed for this long (default: never)" },
    ...FOLDER_OPTIONS,
    "no-sidecars": { help: "ingest only the pixels" },
    ...TIFF_LIMIT_OPTIONS,
    "dry-run": { short: "n", help: "say what would be ingested; write nothing" },
  },
  run: async (context) => {
    const [folder = "", path = ""] = context.args;
    const times = {
      settleMs: secondsOption(context.options, "settle"),
      commitEveryMs: secondsOption(context.options, "commit-every"),
      untilIdleMs: secondsOption(context.options, "until-idle"),
    };
    const options = folderOptions(context);
    await requireFolder(context.resolvePath(folder), folder);
    await using dataset = await openOrMakeStudy(context, path, "a");
    const log = watchLog(context, { folder, dryRun: options.dryRun });
    try {
      for await (const event of watchFolder(dataset, context.resolvePath(folder), { ...options, ...times })) {
        log.show(event);
      }
    } catch (error) {
      if (context.signal.aborted) {
        log.stopped();
      }
      throw error;
    } finally {
      log.end();
    }
    const { counts, text } = log.summary();
    return {
      exitCode: counts.broken > 0 ? EXIT.partial : EXIT.ok,
      data: { ...(options.dryRun && { dryRun: true }), ...counts },
      text,
      ...(!options.dryRun &&
        counts.ingested + counts.updated > 0 && { next: `kym index ${shellWord(path)}` }),
    };
  },
});
