// Blind scoring: hides from a scorer where and when a scan was made, and under which condition.

import { COLUMNS } from "@kym/kym-schema";
import { IMAGES_COLUMNS } from "@kym/kym-schema/tables";
import type { Row } from "@kym/zarr-store";
import type { CommandContext } from "../arguments/command.ts";
import type { BlindNames } from "../blind/blind-names.ts";
import { knownArtifacts, knownAxes } from "../blind/known-words.ts";
import { shellWord } from "../screen/shell-word.ts";
import type { ImageOverview } from "./image-overview.ts";

/**
 * The options for blind scoring. Images have names by the seed and are sorted by them; see `BlindNames`.
 *
 * It keeps an honest scorer honest: it hides neither files nor the results of SQL that reads files.
 */
export const BLIND_OPTION = {
  blind: { help: "hide names, paths, dates and conditions, for blind scoring" },
  seed: { value: "X", help: "a number or word that decides the blind names and their order (default 0)" },
} as const;

export function isBlind({ options }: Pick<CommandContext, "options">): boolean {
  return options["blind"] === true;
}

/** How images are named: by their files, or blind under a seed. */
export interface Naming {
  readonly blind: boolean;
  /** Undefined if nobody gave one: then it is `0` where names are blind, and no blind name is known elsewhere. */
  readonly seed?: string | undefined;
}

export function namingOf(context: Pick<CommandContext, "options">): Naming {
  const seed = context.options["seed"];
  return { blind: isBlind(context), seed: typeof seed === "string" ? seed : undefined };
}

/** The options that a next command needs so that it understands a blind name. */
export function blindFlags({ blind, seed }: Naming): string {
  return `${blind ? " --blind" : ""}${blind && seed !== undefined ? ` --seed ${shellWord(seed)}` : ""}`;
}

/** The seed of {@link Naming}. */
export function seedOf({ seed }: Naming): string {
  return seed ?? "0";
}

/** The overview without what tells of the scan, under the blind name. */
export function blindOverview(image: ImageOverview, names: BlindNames): ImageOverview {
  return {
    ...image,
    image_id: names.of(image.image_id),
    rel_path: null,
    axes: knownAxes(image.axes),
    acquired_local: null,
    condition: null,
    treatment: null,
    calibration_source: null,
  };
}

/** The columns of the table of images that a scorer may see: numbers, yes or no, and states. */
const SHOWN: ReadonlySet<string> = new Set([
  ...IMAGES_COLUMNS.flatMap(({ name, type }) => (type === "utf8" ? [] : [name])),
  ...[COLUMNS.analysisState, COLUMNS.staleTables],
]);
const STATE_OF_TABLE = /^(n_rows|staleness|analysis_state)_/;
/** How pixels are stored. */
const NUMBER_TYPE = /^(u?int|float|complex)\d{1,3}$/;

/** A row of the table of images, with nulls for all that could tell what a scan is, notes among it. */
export function blindRow(row: Row, names: BlindNames): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => {
      if (name === COLUMNS.imageId) {
        return [name, names.of(String(cell))];
      }
      if (name === "artifacts") {
        return [name, knownArtifacts(String(cell ?? "").split(",")).join(",")];
      }
      const isShown = SHOWN.has(name) || STATE_OF_TABLE.test(name);
      return [name, isShown || (typeof cell === "string" && NUMBER_TYPE.test(cell)) ? cell : null];
    }),
  );
}

const TELLING =
  /(^|_)(path|folder|file|file_?name|date|mtime_ns|acquired(_.*)?|created(_.*)?|modified(_.*)?|ingested(_.*)?|treatment\d*|condition\d*|genotype|sex|age|animal|species|strain|group\d*|list|others|source_index)$/;

/** Whether a column of a table tells where or when a scan was made, or under which condition. */
export function isTelling(column: string): boolean {
  return TELLING.test(column.toLowerCase());
}
