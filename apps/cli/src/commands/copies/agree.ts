// `kym agree`: prints how far the scorers of two copies of a dataset agree.

import { type Agreement, compareScorers, type ScorerReport } from "@kym/kym-dataset/copies";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { giveTable } from "../../output/give-table.ts";
import { OUTPUT_OPTIONS, outputChoice } from "../../output/output-choice.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { imageNames } from "../../study/image-names.ts";
import { openStudy } from "../../study/open-study.ts";
import { leftOutNotes, selectImages, WHERE_OPTION } from "../../study/select-images.ts";
import { startProgress } from "../../terminal/progress.ts";
import { agreementTable, agreementText } from "./agree-text.ts";

export const agreeCommand: Command = defineCommand({
  usage: "agree DATASET OTHER",
  description: `Prints how far two scorers agree, each with a copy of the dataset: which images they accept,
and which types they gave to events. Neither copy is changed.

Cohen's kappa is 1 where they agree throughout, and 0 where they agree as often as chance would
have it. Events are matched by event_id; what only one scorer marked is counted and left out. So
is an image that only one copy has, or with other pixels. An image without a decision counts as
accepted.`,
  examples: [
    "kym agree study.zarr study-of-bela.zarr",
    "kym agree study.zarr study-of-bela.zarr --where \"condition = 'AngII'\"",
    "kym agree study.zarr study-of-bela.zarr -o agreement.csv",
  ],
  options: { ...WHERE_OPTION, ...OUTPUT_OPTIONS },
  run: async (context) => {
    const [path = "", otherPath = ""] = context.args;
    const { signal, terminal } = context;
    const choice = outputChoice(context.options);
    await using dataset = await openStudy(context, path, "r");
    await using other = await openStudy(context, otherPath, "r");
    const { where } = context.options;
    const selected = where === undefined ? undefined : await selectImages(context, dataset, where);
    const progress = startProgress(terminal, "agree", context.progress);
    const names = await imageNames(dataset, { blind: false });
    const report = await compareScorers(dataset, other, {
      imageIds: selected?.imageIds,
      signal,
      onEvent: ({ done, total, imageId }) => progress.update(done, total, names.of(imageId)),
    });
    progress.end();
    const given = await giveTable(context, choice, agreementTable(report), {
      data: dataOf(report),
      show: () => agreementText(report, { first: path, second: otherPath }, names, context),
      location: dataset.location,
      commandFor: (file) => `kym agree ${shellWord(path)} ${shellWord(otherPath)} -o ${shellWord(file)}`,
    });
    return {
      ...given,
      warnings: [
        ...(selected === undefined ? [] : leftOutNotes(selected)),
        ...(report.images === 0 ? ["the two datasets have no image in common"] : []),
      ],
    };
  },
});

function dataOf({ images, accepted, events, leftOut }: ScorerReport): object {
  return {
    images,
    accepted: agreementOf(accepted),
    events: events.map(({ column, counts, matched }) => ({ column, counts, matched: agreementOf(matched) })),
    left_out: leftOut.map(({ imageIds, ...entry }) => ({ ...entry, image_ids: imageIds })),
  };
}

function agreementOf({ n, agreed, observed, expected, kappa, pairs }: Agreement): object {
  return { n, agreed, observed, expected, kappa, pairs };
}
