// Says why a commit cannot be undone, and what to do instead.

import type { UndoOutcome, UndoRefusal, WhyGone } from "@kym/zarr-store";
import { meaningOf } from "@kym/zarr-store/layout";
import { fieldName } from "../../changes/change-words.ts";
import { shellWord } from "../../screen/shell-word.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";

type Refused = Extract<UndoOutcome, { outcome: "refused" }>;

export interface RefusedUndoContext {
  /** The dataset, as it was typed. */
  readonly path: string;
  readonly names: ImageNames;
  /** The version that was asked for; undefined if none was. */
  readonly version: number | undefined;
}

/** The error that ends the command. Its code is the reason. */
export function refusedUndo(refused: Refused, { path, names, version }: RefusedUndoContext): CliError {
  const { because, record, paths, fields, changedBy, undoneBy, whyGone } = refused;
  const [why, hint] = wordsOf(refused, names, shellWord(path), version);
  const exitCode = because === "no_such_version" ? EXIT.input : EXIT.refused;
  return new CliError(exitCode, because, `nothing was undone: ${why}`, {
    hint: hint ?? `kym log ${shellWord(path)} lists the versions`,
    details: {
      ...(record !== undefined && { version: record.version }),
      paths,
      fields: Object.fromEntries(fields),
      changed_by: changedBy,
      ...(undoneBy !== undefined && { undone_by: undoneBy }),
      ...(whyGone !== undefined && { why_gone: whyGone }),
    },
  });
}

/** The reason, and the way out where there is one other than another version. */
function wordsOf(
  { because, record, paths, fields, changedBy, undoneBy, whyGone = "missing" }: Refused,
  names: ImageNames,
  dataset: string,
  wanted: number | undefined,
): readonly [why: string, hint?: string | undefined] {
  const version = `version ${record?.version ?? wanted ?? 0}`;
  const what = partsOf(paths, names);
  const earlier = `kym undo ${dataset} VERSION undoes an earlier one; kym log ${dataset} lists them`;
  const words: Readonly<Record<UndoRefusal, readonly [string, string?]>> = {
    no_such_version: [`there is no ${version}`],
    nothing_to_undo: ["no commit changed an image, or all are undone"],
    no_artifact_changed: [`${version} changed no image's ROIs, metadata or analyses`],
    already_undone: [
      `${version} was undone by version ${undoneBy}`,
      `kym undo ${dataset} ${undoneBy} does it again`,
    ],
    added_images: [`${version} put ${what} in`, `kym delete ${dataset} IMAGE takes an image out; ${earlier}`],
    deleted_images: [
      `${version} deleted ${what}, and pixels are not kept`,
      `kym ingest FOLDER ${dataset} --deleted puts the files in again; ${earlier}`,
    ],
    replaced_images: [`${version} replaced ${what}, and pixels are not kept`, earlier],
    noted_sources: [
      `${version} also noted where the files of images lie`,
      `kym refresh ${dataset} FOLDER follows the files; ${earlier}`,
    ],
    not_kept: [`${version} also changed ${what}, of which the old bytes are not kept`, earlier],
    image_gone: [
      `${what} was deleted since`,
      `kym ingest FOLDER ${dataset} --deleted puts the files in again; ${earlier}`,
    ],
    changed_since: changedWords({ paths, fields, changedBy }, names, dataset),
    history_gone: [`${GONE[whyGone]}: ${what}`, earlier],
    as_before: [`everything is as it was before ${version} already`],
  };
  return words[because];
}

const GONE: Readonly<Record<WhyGone, string>> = {
  before_history: "the old bytes were not kept, as the dataset had no history then",
  lost: "the old bytes were gone already when they were replaced, as another program had written over them",
  collected: "the old bytes were removed by kym gc --history",
  missing: "the old bytes are not in __history, as with more than 16 MiB or in a copy without that folder",
};

function changedWords(
  { paths, fields, changedBy }: Pick<Refused, "paths" | "fields" | "changedBy">,
  names: ImageNames,
  dataset: string,
): readonly [string, string?] {
  const what = paths.map((path) => {
    const changed = (fields.get(path) ?? []).map((field) => fieldName(field).replace(/^roi:/, "ROI "));
    return changed.length === 0 ? partsOf([path], names) : `${changed.join(", ")} of ${imageOf(path, names)}`;
  });
  const later = changedBy.at(-1);
  const set = "or set the value that you want";
  const why = `${listOf(what)} was changed since`;
  if (later === undefined) {
    return [why, `kym log ${dataset} lists what was done; ${set} with kym edit`];
  }
  // A version that touched the same file need not have changed the same field.
  return changedBy.length === 1
    ? [`${why}, in version ${later}`, `undo that first, with kym undo ${dataset} ${later}, ${set}`]
    : [
        `${why}, in one of the versions ${changedBy.join(", ")}`,
        `kym log ${dataset} says in which; undo that first, ${set}`,
      ];
}

/** What paths stand for: images, or an artifact of one. */
export function partsOf(paths: readonly string[], names: ImageNames): string {
  const parts = paths.map((path) => {
    const meaning = meaningOf(path);
    const image = imageOf(path, names);
    return meaning !== undefined && "name" in meaning ? `${meaning.name} of ${image}` : image;
  });
  return listOf([...new Set(parts)]);
}

const MOST_NAMED = 3;

function listOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(", ")} and ${more} more` : names.join(", ");
}

function imageOf(path: string, names: ImageNames): string {
  const meaning = meaningOf(path);
  return meaning !== undefined && "imageId" in meaning ? names.of(meaning.imageId) : path;
}
