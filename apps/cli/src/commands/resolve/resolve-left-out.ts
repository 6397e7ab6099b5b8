// Lists and settles the images of another copy that a pull left out, for `kym resolve`.

import { type ImageConflict, settleImageConflict } from "@kym/kym-dataset/copies";
import type { ZarrDataset } from "@kym/zarr-store";
import { keptImageFolder } from "@kym/zarr-store/layout";
import { isConfirmed } from "../../arguments/ask-yes-no.ts";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { rowsOfImages, staleLines } from "../../study/went-stale.ts";
import { CliError, usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";
import { commandOf, type SideOptions } from "./choices.ts";

/** One line for each image that was left out. */
export function leftOutLines(conflicts: readonly ImageConflict[], names: ImageNames): string {
  return conflicts
    .map(({ imageId, here, because, from }) => {
      const what =
        because === "same_file"
          ? `two copies ingested this file, and ${printable(imageId)}`
          : "another copy has an image of this id with other pixels, which";
      return `image ${printable(names.of(here))}: ${what} was left out; from ${printable(from)}\n`;
    })
    .join("");
}

/** A conflict about an image that was left out, as `--json` has it. */
export function leftOutData({ imageId, here, because, from, keptAs }: ImageConflict): object {
  const keptIn = keptAs === undefined ? null : keptImageFolder(imageId, keptAs);
  return { left_out: imageId, image_id: here, because, from, kept_in: keptIn };
}

/**
 * Settles the conflict about an image that was left out: the one here stays, or the other one takes its place.
 *
 * @throws {CliError} `usage` for fields; `not_kept` for `--theirs` where an earlier build left it out and kept nothing
 */
export async function settleLeftOut(
  dataset: ZarrDataset,
  conflict: ImageConflict,
  names: ImageNames,
  sides: SideOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { mine, theirs, fields } = sides;
  const { args, options, signal } = context;
  if (mine === theirs || fields.length > 0) {
    throw usageError("an image that was left out is settled as a whole", "give --mine or --theirs");
  }
  const path = args[0] ?? "";
  const { imageId, here, keptAs } = conflict;
  const image = names.of(here);
  if (theirs && keptAs === undefined) {
    const message = `${printable(image)}: nothing was kept of the image of the other copy`;
    throw new CliError(EXIT.refused, "not_kept", message, {
      hint: `a pull keeps it: kym pull ${shellWord(path)} ${shellWord(conflict.from)}`,
    });
  }
  const isDry = options["dry-run"] === true;
  const settled = (side: string): readonly object[] => [{ ...leftOutData(conflict), side }];
  const data = (side: string, next: string | undefined): object => ({
    ...(isDry && { dryRun: true }),
    settled: settled(side),
    went_stale: [],
    next: next ?? null,
  });
  if (!theirs) {
    await (isDry || settleImageConflict(dataset, imageId, { signal }));
    const text = `${printable(image)}: ${isDry ? "would stay" : "stays"}, and the image of the other copy is not wanted\n`;
    return { exitCode: EXIT.ok, data: data("mine", undefined), text };
  }
  const question = `  ${printable(image)}\nDelete this image and all analyses of it, and take that of the other copy?`;
  if (!isDry && !(await isConfirmed(context, question, commandOf(path, image, sides)))) {
    return {
      exitCode: EXIT.ok,
      data: { settled: [], went_stale: [], next: null },
      text: "nothing was deleted\n",
    };
  }
  const rows = (await rowsOfImages(dataset, [here], { signal })).filter(
    ({ image_ids: ids }) => ids.length > 0,
  );
  await (isDry || settleImageConflict(dataset, imageId, { side: "theirs", keptAs, signal }));
  const next = isDry ? undefined : `kym index ${shellWord(path)}`;
  return {
    exitCode: EXIT.ok,
    data: data("theirs", next),
    text: `${printable(image)}: ${isDry ? "would be" : "was"} deleted, and ${printable(imageId)} of the other copy ${isDry ? "would be" : "is"} here\n${staleLines(rows, isDry ? "would go with the next index" : "go with the next index")}`,
    ...(next !== undefined && { next }),
  };
}
