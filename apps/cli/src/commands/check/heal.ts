// `kym check --repair`, and `--from`: makes lost files of a dataset again from its history, a copy, or the lab's folder.

import { type HealedObject, type HealReport, healFromCopy, healFromFolder } from "@kym/legacy-io/node";
import type { ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import type { CommandContext } from "../../arguments/command.ts";
import { isDatasetAt } from "../../study/require-dataset.ts";
import { requireFolder } from "../../study/require-folder.ts";

/** Checks that lost files can be made again from what `--from` names. @throws {CliError} `not_found`, `not_a_folder` */
export async function requireOrigin(
  { resolvePath }: Pick<CommandContext, "resolvePath">,
  from: string,
): Promise<void> {
  if (!(await isDatasetAt(resolvePath(from)))) {
    await requireFolder(resolvePath(from), from);
  }
}

/** Makes what is missing or damaged again. Without `from`, only the history of the dataset is asked. */
export async function heal(
  context: Pick<CommandContext, "resolvePath" | "signal">,
  dataset: ZarrDataset,
  lost: readonly string[],
  from: string | undefined,
): Promise<HealReport> {
  const { signal } = context;
  const folder = from && context.resolvePath(from);
  await using copy =
    folder !== undefined && folder !== "" && (await isDatasetAt(folder))
      ? await openLocalDataset(folder, { mode: "r" })
      : undefined;
  const put = await healFromCopy(dataset, copy, lost, { signal });
  const still = lost.filter((path) => !put.some((one) => one.path === path));
  if (folder === undefined || folder === "" || still.length === 0) {
    return { healed: put, left: [] };
  }
  if (copy !== undefined) {
    return { healed: put, left: still.map((path) => ({ path, reason: "the copy does not have it either" })) };
  }
  const made = await healFromFolder(dataset, folder, still, { signal });
  return { healed: [...put, ...made.healed], left: made.left };
}

/** The lines about what was made again, and about what could not be. */
export function healLines({ healed, left }: HealReport): readonly string[] {
  return [
    ...healed.map(({ path, how }) => `repaired: ${WORDS[how]}: ${path}`),
    ...left.map(({ path, reason }) => `not repaired: ${path}: ${reason}`),
  ];
}

const WORDS: Readonly<Record<HealedObject["how"], string>> = {
  put_back: "put back",
  committed: "made again and committed, with the same content",
};
