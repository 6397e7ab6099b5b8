// `kym compare`: prints how far velocities of `kym analyze` agree with the lab's, or with a second method.

import { type ComparedImage, compareSoftware } from "@kym/kym-dataset";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { giveTable } from "../../output/give-table.ts";
import { OUTPUT_OPTIONS, outputChoice } from "../../output/output-choice.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { BLIND_OPTION, namingOf } from "../../study/blind.ts";
import { findAmong, findingOf } from "../../study/find-image.ts";
import { ImageNames, imageNames } from "../../study/image-names.ts";
import { imageOverviews } from "../../study/image-overview.ts";
import { openStudy } from "../../study/open-study.ts";
import { leftOutNotes, selectImages, WHERE_OPTION } from "../../study/select-images.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import {
  comparedRois,
  comparedRoisText,
  comparisonFailures,
  leftOutLines,
  roisTable,
  windowsTable,
} from "./compare-tables.ts";

export const compareCommand: Command = defineCommand({
  usage: "compare DATASET [IMAGE…]",
  description: `Prints for each ROI how many windows have the same velocity in the lab's trace and in that of
kym analyze, how many differ, and how many are blank in one of them. Windows belong together by
their times; velocities are the same to 1e-6 of the greater one. With -o, the file has every
window. --with lspiv takes the second method of kym analyze --lspiv in the place of the lab's
trace: it never gives the same numbers, so look at the median difference. Nothing is changed.`,
  examples: [
    "kym compare study.zarr",
    "kym compare study.zarr 20250722_A89_0002",
    "kym compare study.zarr --with lspiv",
    "kym compare study.zarr --where \"condition = 'AngII'\" -o windows.csv",
  ],
  options: {
    with: {
      value: "X",
      choices: ["lab", "lspiv"],
      help: "what our velocities are compared with: the lab's (default), or those of kym analyze --lspiv",
    },
    ...BLIND_OPTION,
    ...WHERE_OPTION,
    ...OUTPUT_OPTIONS,
  },
  run: async (context) => {
    const [path = "", ...wanted] = context.args;
    const { signal, terminal, options } = context;
    const choice = outputChoice(options);
    const other = options.with ?? "lab";
    await using dataset = await openStudy(context, path, "r");
    if (options.where !== undefined && wanted.length > 0) {
      throw usageError("name images, or choose them by --where, not both");
    }
    const images = await imageOverviews(dataset);
    const naming = namingOf(context);
    const names = naming.blind ? await imageNames(dataset, naming) : new ImageNames(images);
    const finding = await findingOf(dataset, path, naming);
    const selected =
      options.where === undefined ? undefined : await selectImages(context, dataset, options.where);
    const named = wanted.map((name) => findAmong(images, name, finding).image_id);
    const imageIds = selected?.imageIds ?? (named.length > 0 ? named : images.map((one) => one.image_id));
    const progress = startProgress(terminal, "compared", context.progress);
    const compared: ComparedImage[] = [];
    const isWhole = choice.to === "file";
    for await (const image of compareSoftware(dataset, {
      ...{ imageIds, signal, with: other },
      onEvent: ({ done, total, imageId }) => progress.update(done, total, names.of(imageId)),
    })) {
      compared.push(image);
    }
    progress.end();
    compared.sort((a, b) => (names.of(a.imageId) < names.of(b.imageId) ? -1 : 1));
    const rois = comparedRois(compared);
    // CSV or JSON on stdout goes to a program.
    const isForPeople = choice.to === "file" || choice.format === "table";
    const failed = compared.filter((image) => "message" in image);
    const given = await giveTable(
      context,
      choice,
      isWhole ? windowsTable(compared, names, other) : roisTable(rois, names),
      {
        data: names.inData({
          rois: rois.map(({ imageId, roiId, channel, counts }) => ({
            ...{ image_id: imageId, name: names.of(imageId), roi_id: roiId, channel },
            ...counts,
          })),
          left_out: compared.flatMap((image) =>
            "missing" in image
              ? [
                  {
                    image_id: image.imageId,
                    name: names.of(image.imageId),
                    missing: image.missing === "other" ? other : image.missing,
                  },
                ]
              : [],
          ),
        }),
        show: () => comparedRoisText(rois, names, { ...context, other }),
        location: dataset.location,
        commandFor: (file) =>
          `kym compare ${shellWord(path)}${other === "lab" ? "" : ` --with ${other}`} -o ${shellWord(file)}`,
      },
    );
    return {
      ...given,
      text: isForPeople
        ? `${given.text}${wrapText(leftOutLines(compared, names, other), terminal)}`
        : given.text,
      ...(compared.some((image) => "missing" in image && image.missing === "ours") && {
        next: `kym analyze ${shellWord(path)}`,
      }),
      exitCode: failed.length > 0 ? EXIT.partial : EXIT.ok,
      warnings: [
        ...comparisonFailures(compared, names),
        ...(selected === undefined ? [] : leftOutNotes(selected)),
      ],
    };
  },
});
