// Says which artifacts another program changed, for the commands that tell whether rows and images are as they seem.

import type { Indexer } from "@kym/kym-dataset";
import type { OutsideChange, OutsideLook, OutsideOptions, ZarrDataset } from "@kym/zarr-store";
import { imageObjectOf, imagePartKeys } from "@kym/zarr-store/layout";
import { shellWord } from "../../screen/shell-word.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { counted } from "../../terminal/text-table.ts";

/** The word for an image whose files differ in size or time; they were not read. */
export const PERHAPS_CHANGED = "perhaps changed";

/** What changed outside of the log, and the images whose files did. */
export interface Outside extends OutsideLook {
  readonly imageIds: ReadonlySet<string>;
}

/** Looks at the artifacts of images. See `DatasetUpkeep.lookOutside`. */
export async function lookOutside(dataset: ZarrDataset, options: OutsideOptions): Promise<Outside> {
  const look = await dataset.upkeep.lookOutside(options);
  return { ...look, imageIds: new Set(look.changes.map(({ imageId }) => imageId)) };
}

/** To read so many files again takes longer than to remember them. */
const MANY_FILES = 1000;

/** Remembers a look where that saves something. A run that changes nothing writes nothing into a small dataset. */
export async function rememberLook(look: OutsideLook, hasCommitted: boolean): Promise<void> {
  await (hasCommitted || look.readFiles > MANY_FILES ? look.remember() : undefined);
}

/** The images whose rows in a table would be made from what was changed. */
export function changedFor(indexer: Indexer, { changes }: Outside): ReadonlySet<string> {
  const keys = new Set(
    [...indexer.inputs, ...indexer.sources].flatMap(({ format: kind, name }) =>
      imagePartKeys({ kind, name }),
    ),
  );
  return new Set(changes.filter(({ path }) => keys.has(keyOf(path))).map(({ imageId }) => imageId));
}

/** Images named one by one; more are counted. */
const MOST_NAMED = 10;

const WORDS: Readonly<Record<OutsideChange["change"], string>> = {
  changed: "was changed by another program and is not committed",
  new: "was added by another program and is not committed",
  missing: "is missing",
  perhaps: "is perhaps changed by another program",
};

/** One note per file, with the command that adopts the files, or says more. */
export function outsideNotes(
  { changes }: Outside,
  names: ImageNames,
  { path, blind, verbose }: { readonly path: string; readonly blind: boolean; readonly verbose: boolean },
): readonly string[] {
  if (changes.length === 0) {
    return [];
  }
  const shown = verbose ? changes : changes.slice(0, MOST_NAMED);
  const more = changes.length - shown.length;
  return [
    // Sorted: where files are hidden, their order would tell which images they are.
    ...shown
      .map(
        ({ imageId, path: file, change }) =>
          `${names.of(imageId)}: ${blind ? "a file" : keyOf(file)} ${WORDS[change]}`,
      )
      .sort(),
    ...(more > 0 ? [`and ${counted(more, "more file")}; -v lists them`] : []),
    adoptHint(changes, blind ? "DATASET" : shellWord(path)),
  ];
}

function adoptHint(changes: readonly OutsideChange[], path: string): string {
  return changes.every(({ change }) => change === "missing")
    ? `kym check ${path} says what is missing; kym adopt ${path} FILE commits the deletion of a file`
    : changes.some(({ change }) => change === "perhaps")
      ? `kym index ${path} reads these files; kym adopt ${path} commits what another program changed`
      : `kym adopt ${path} commits what another program changed; kym index ${path} --adopt does both`;
}

/** The changes, for `--json`. */
export function outsideData({ changes }: Outside): readonly object[] {
  return changes.map(({ imageId, path, change }) => ({ image_id: imageId, path, change }));
}

function keyOf(path: string): string {
  return imageObjectOf(path)?.key ?? path;
}
