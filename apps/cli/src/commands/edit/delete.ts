// `kym delete`: deletes images from a dataset.

import type { ZarrDataset } from "@kym/zarr-store";
import { isConfirmed, YES_OPTION } from "../../arguments/ask-yes-no.ts";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { BLIND_OPTION, isBlind, namingOf } from "../../study/blind.ts";
import { type ImageNames, imageNames } from "../../study/image-names.ts";
import { openStudy } from "../../study/open-study.ts";
import { rowsOfImages, type StaleRows, staleLines } from "../../study/went-stale.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { chooseNamed } from "./choose-images.ts";

export const deleteCommand: Command = defineCommand({
  usage: "delete DATASET IMAGE…",
  description: `Deletes images from the dataset, in one commit; their files elsewhere stay. It asks first, and
where nobody can be asked it ends with 5 unless --yes is given. Their rows in the pooled tables
go with the next kym index. The dataset keeps in mind that it had their files, so kym ingest
and kym refresh do not bring them back; kym ingest --deleted does.`,
  examples: [
    "kym delete study.zarr 20250722_A89_0002",
    "kym delete study.zarr 20250722_A89_0002 20250722_A89_0003 --yes",
  ],
  options: {
    ...BLIND_OPTION,
    ...YES_OPTION,
    "dry-run": { short: "n", help: "say what would be deleted; write nothing" },
  },
  run: async (context) => {
    const [path = "", ...wanted] = context.args;
    const { signal } = context;
    const naming = namingOf(context);
    const isDry = context.options["dry-run"] === true;
    await using dataset = await openStudy(context, path, isDry ? "r" : "a");
    await dataset.assertExists();
    const { imageIds } = await chooseNamed(dataset, wanted, path, naming);
    const names = await imageNames(dataset, naming);
    const rows = (await rowsOfImages(dataset, imageIds, { signal })).filter(
      (one) => one.image_ids.length > 0,
    );
    if (isDry) {
      return resultOf(context, { deleted: imageIds, gone: [], rows, names });
    }
    const list = imageIds.map((id) => `  ${printable(names.of(id))}\n`).join("");
    const what = imageIds.length === 1 ? "this image" : `these ${imageIds.length} images`;
    const command = `kym delete ${[path, ...wanted].map(shellWord).join(" ")} --yes`;
    if (
      !(await isConfirmed(
        context,
        `${list}Delete ${what} and all analyses of ${imageIds.length === 1 ? "it" : "them"}?`,
        command,
      ))
    ) {
      return {
        ...resultOf(context, { deleted: [], gone: [], rows: [], names }),
        text: "nothing was deleted\n",
      };
    }
    const deleted = await deleteImages(dataset, imageIds, context);
    const gone = imageIds.filter((id) => !deleted.includes(id));
    return resultOf(context, { deleted, gone, rows, names });
  },
});

/** Deletes images in one commit; returns those that existed. */
async function deleteImages(
  dataset: ZarrDataset,
  imageIds: readonly string[],
  { signal }: Pick<CommandContext, "signal">,
): Promise<readonly string[]> {
  let deleted: readonly string[] = [];
  const [first = ""] = imageIds;
  const what = imageIds.length === 1 ? `image ${first}` : counted(imageIds.length, "image");
  await dataset.transaction(
    async (transaction) => {
      const now: string[] = [];
      for (const id of imageIds) {
        if (await transaction.deleteImage(id, { signal })) {
          now.push(id);
        }
      }
      deleted = now;
    },
    { message: `delete ${what}`, details: { action: "delete" }, signal },
  );
  return deleted;
}

interface Deletion {
  readonly deleted: readonly string[];
  /** Images that another process deleted meanwhile. */
  readonly gone: readonly string[];
  readonly rows: readonly StaleRows[];
  readonly names: ImageNames;
}

function resultOf(
  context: Pick<CommandContext, "args" | "options">,
  { deleted, gone, rows, names }: Deletion,
): CommandResult {
  const { args, options } = context;
  const isDry = options["dry-run"] === true;
  const next = isDry || rows.length === 0 ? undefined : `kym index ${shellWord(args[0] ?? "")}`;
  return {
    exitCode: EXIT.ok,
    data: names.inData({
      dryRun: isDry,
      deleted: deleted.map((id) => ({ image_id: id, name: names.of(id) })),
      went_stale: rows,
      next: isBlind(context) ? null : (next ?? null),
    }),
    warnings: gone.map((id) => `${printable(names.of(id))} was deleted meanwhile`),
    text: [
      ...deleted.map((id) => `${isDry ? "would have deleted" : "deleted"} ${printable(names.of(id))}\n`),
      staleLines(rows, isDry ? "would go with the next index" : "go with the next index"),
    ].join(""),
    ...(next !== undefined && { next }),
  };
}
