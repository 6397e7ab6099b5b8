// Settles, for `kym resolve`, the conflict about an image that was deleted here and changed in another copy.

import { KymDataset } from "@kym/kym-dataset";
import { settleImageConflict } from "@kym/kym-dataset/copies";
import type { ZarrDataset } from "@kym/zarr-store";
import { isConfirmed } from "../../arguments/ask-yes-no.ts";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { staleLines, staleRowsOf } from "../../study/went-stale.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { printable } from "../../terminal/text-table.ts";
import { choicesOf, commandOf, type SideOptions } from "./choices.ts";
import { conflictData } from "./conflict-table.ts";
import type { deletedConflicts } from "./whole-images.ts";

/**
 * Takes what came of the image, or gives it up for good, after a question.
 *
 * @throws {CliError} `usage` if several copies changed the image and none is chosen
 */
export async function settleDeleted(
  dataset: ZarrDataset,
  path: string,
  conflicts: ReturnType<typeof deletedConflicts>,
  sides: SideOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { options, signal, terminal } = context;
  const isDry = options["dry-run"] === true;
  const choices = choicesOf(sides, conflicts);
  const [taken, ...others] = conflicts.filter(({ name }) => choices.get(name) === "theirs");
  if (others.length > 0) {
    const names = conflicts.map(({ name }) => shellWord(`${name}=theirs`)).join(" or --field ");
    throw usageError("several copies changed this image, and one of them can come", `give --field ${names}`);
  }
  const [{ imageId = "", image = "" } = {}] = conflicts;
  if (taken === undefined && choices.size < conflicts.length) {
    throw usageError("an image is settled as a whole", "give --mine, which gives up every version that came");
  }
  const isHere = conflicts.some(({ deletedBy }) => deletedBy === undefined);
  const asked =
    taken === undefined
      ? "Give up what came of this image, with all analyses of it?"
      : "Delete this image as it is here, with all analyses of it, and take what came?";
  const question = `  ${printable(image)}\n${asked}`;
  if (
    (taken === undefined || isHere) &&
    !isDry &&
    !(await isConfirmed(context, question, commandOf(path, image, sides)))
  ) {
    const open = conflicts.map(({ name }) => name);
    const data = { image_id: imageId, settled: [], deleted: false, open, went_stale: [], next: null };
    return { exitCode: 0, data, text: "nothing was deleted\n" };
  }
  const side = taken === undefined ? "ours" : "theirs";
  if (!isDry) {
    await settleImageConflict(dataset, imageId, { side, keptAs: taken?.keptAs, signal });
  }
  const stale =
    taken === undefined || isDry
      ? []
      : (await staleRowsOf(new KymDataset(dataset), [imageId], context)).filter(
          ({ image_ids: ids }) => ids.length > 0,
        );
  const next = taken === undefined || isDry ? undefined : `kym index ${shellWord(path)}`;
  const settled = conflicts.map((conflict) => ({
    ...conflictData(conflict),
    side: conflict === taken ? "theirs" : "mine",
  }));
  const word = taken === undefined ? "mine" : "theirs";
  const isBack = isHere
    ? `${isDry ? "it would be" : "it is"} the one that came now`
    : `${isDry ? "it would be" : "it is"} here again`;
  const stays = isHere ? "as it is" : "deleted";
  const what =
    taken === undefined
      ? `it stays ${stays}, and what came ${isDry ? "would be" : "is"} given up`
      : `${isBack}, with all that came`;
  return {
    exitCode: 0,
    data: {
      ...(isDry && { dryRun: true }),
      ...{ image_id: imageId, settled, deleted: taken === undefined && !isHere, open: [], went_stale: stale },
      next: next ?? null,
    },
    text: wrapText(
      `${printable(image)}: ${isDry ? "would take" : "took"} ${word} of whole image: ${what}\n${staleLines(stale)}`,
      terminal,
    ),
    ...(next !== undefined && { next }),
  };
}
