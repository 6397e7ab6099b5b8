// `kym pull`: gets what another copy of the dataset did.

import { KymDataset } from "@kym/kym-dataset";
import { pullDataset } from "@kym/kym-dataset/copies";
import { type Command, type CommandResult, defineCommand } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { ImageNames } from "../../study/image-names.ts";
import { imageOverviews } from "../../study/image-overview.ts";
import { openStudy } from "../../study/open-study.ts";
import { staleLines, staleRowsOf, wentStale } from "../../study/went-stale.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { hasConflicts, pullData, pullText } from "./pull-text.ts";

export const pullCommand: Command = defineCommand({
  usage: "pull DATASET OTHER",
  description: `Gets what another copy of the same dataset did since both were one, or since the last pull:
new and deleted images, edits, ROIs, and events by event_id. OTHER is only read.

What only one copy changed is taken, field by field. What both changed to different values stays
as it is in DATASET; what came is kept in attachments and listed by kym resolve, and the command
ends with 3. So does an image that one copy deleted and the other changed: it stays, or stays
deleted, and what came of it is kept whole. Pooled tables follow with the next kym index.

The commits name whose work they bring. If it is stopped, the next pull goes on.`,
  examples: [
    "kym pull study.zarr /media/usb/study.zarr --dry-run",
    "kym pull study.zarr /media/usb/study.zarr",
  ],
  options: { "dry-run": { short: "n", help: "say what would be taken; write nothing" } },
  run: async (context) => {
    const [path = "", otherPath = ""] = context.args;
    const dryRun = context.options["dry-run"] === true;
    const { signal, terminal } = context;
    await using dataset = await openStudy(context, path, dryRun ? "r" : "a");
    await dataset.assertExists();
    await using other = await openStudy(context, otherPath, "r");
    const overviews = [...(await imageOverviews(other)), ...(await imageOverviews(dataset))];
    const names = new ImageNames([...new Map(overviews.map((one) => [one.image_id, one])).values()]);
    const planned = await pullDataset(dataset, other, { dryRun: true, signal });
    const ids = planned.images.map(({ imageId }) => imageId);
    const kym = new KymDataset(dataset);
    const before = dryRun ? [] : await staleRowsOf(kym, ids, context);
    const progress = startProgress(terminal, "pull", context.progress);
    const report = dryRun
      ? planned
      : await pullDataset(dataset, other, {
          signal,
          onEvent: ({ imageId, done, total }) => progress.update(done, total, names.of(imageId)),
        });
    progress.end();
    const after = dryRun ? [] : await staleRowsOf(kym, ids, context);
    const stale = wentStale(before, after);
    const next = nextOf(shellWord(path), shellWord(otherPath), {
      dryRun,
      isEmpty: report.images.length === 0,
      hasConflicts: hasConflicts(report),
      isStale: stale.length > 0 || report.images.some(({ outcome }) => outcome === "deleted"),
    });
    return {
      exitCode: hasConflicts(report) ? EXIT.partial : EXIT.ok,
      data: { ...pullData(report, dryRun), went_stale: stale, next: next.next ?? null },
      text: wrapText(
        pullText(report, otherPath, names, { dryRun, verbose: context.verbose })
          .map((line) => `${line}\n`)
          .join("") + staleLines(stale),
        terminal,
      ),
      ...next,
    };
  },
});

/** What to do next: settle conflicts, then update the tables. */
function nextOf(
  path: string,
  other: string,
  so: {
    readonly dryRun: boolean;
    readonly isEmpty: boolean;
    readonly hasConflicts: boolean;
    readonly isStale: boolean;
  },
): Pick<CommandResult, "next"> {
  if (so.isEmpty) {
    return {};
  }
  if (so.dryRun) {
    return { next: `kym pull ${path} ${other}` };
  }
  return so.hasConflicts ? { next: `kym resolve ${path}` } : so.isStale ? { next: `kym index ${path}` } : {};
}
