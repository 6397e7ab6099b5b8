// Lists and settles the images of another copy that a pull left out, for `kym resolve`.

import { type ImageConflict, loadImageConflicts, settleImageConflict } from "@kym/kym-dataset/copies";
import type { ZarrDataset } from "@kym/zarr-store";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { CliError, usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";
import type { SideOptions } from "./choices.ts";

/** The images that pulls left out, and about which nobody has decided. */
export async function openLeftOut(
  dataset: ZarrDataset,
  { signal }: Pick<CommandContext, "signal">,
): Promise<readonly ImageConflict[]> {
  return (await loadImageConflicts(dataset, { signal })).filter(({ isSettled }) => !isSettled);
}

/** The image that was left out, or the one here in its place; undefined for any other name. */
export async function findLeftOut(
  dataset: ZarrDataset,
  imageId: string,
  { signal }: Pick<CommandContext, "signal">,
): Promise<ImageConflict | undefined> {
  const open = await openLeftOut(dataset, { signal });
  return open.find((each) => each.imageId === imageId) ?? open.find((each) => each.here === imageId);
}

/** One line for each image that was left out. */
export function leftOutLines(conflicts: readonly ImageConflict[], names: ImageNames): string {
  return conflicts
    .map(({ imageId, here, because, from }) => {
      const what =
        because === "same_file"
          ? `both copies ingested this file; there it is ${printable(imageId)}`
          : "the other copy has an image of this id with other pixels";
      return `image ${printable(names.of(here))}: ${what}, and was left out; from ${printable(from)}\n`;
    })
    .join("");
}

/** A conflict about an image that was left out, as `--json` has it. */
export function leftOutData({ imageId, here, because, from }: ImageConflict): object {
  return { left_out: imageId, image_id: here, because, from };
}

/**
 * Settles the conflict about an image that was left out: the one here stays.
 *
 * @throws {CliError} `usage` for fields; `not_kept` for `--theirs`, with the commands that bring the other one
 */
export async function settleLeftOut(
  dataset: ZarrDataset,
  conflict: ImageConflict,
  names: ImageNames,
  { mine, theirs, fields }: SideOptions,
  { args, options, signal }: Pick<CommandContext, "args" | "options" | "signal">,
): Promise<CommandResult> {
  if (mine === theirs || fields.length > 0) {
    throw usageError("an image that was left out is settled as a whole", "give --mine or --theirs");
  }
  const path = shellWord(args[0] ?? "");
  const image = names.of(conflict.here);
  if (theirs) {
    const message = `${printable(image)}: a pull keeps no pixels of an image that it left out, so they are in the other copy only`;
    throw new CliError(EXIT.refused, "not_kept", message, {
      hint: `this takes theirs: kym delete ${path} ${shellWord(image)}, then kym pull ${path} ${shellWord(conflict.from)}`,
    });
  }
  const isDry = options["dry-run"] === true;
  if (!isDry) {
    await settleImageConflict(dataset, conflict.imageId, { signal });
  }
  return {
    exitCode: EXIT.ok,
    data: { ...(isDry && { dryRun: true }), settled: [{ ...leftOutData(conflict), side: "mine" }] },
    text: `${printable(image)}: ${isDry ? "would stay" : "stays"}, and the image of the other copy is not wanted\n`,
  };
}
