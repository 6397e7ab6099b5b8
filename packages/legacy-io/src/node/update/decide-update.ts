// Decides what an update does to a record: what is written, merged or refused. Reads, and writes nothing.

import { loadMetadataText } from "@kym/kym-schema";
import type { MergeConflict, MetadataMerge } from "@kym/kym-schema/merge";
import { isZarrStoreError } from "@kym/zarr-store";
import { FOLDER_NAMES } from "../../content/experiment-fields.ts";
import { artifactKey } from "../../content/image-content.ts";
import {
  type ArtifactConflict,
  decideArtifactChanges,
  type MadeArtifact,
  type UpdateDecision,
} from "../../plan/decide-artifact-changes.ts";
import type { ImageRecord, LookedUpdate, RecordUpdate } from "./look-at-record.ts";
import { METADATA_KEY } from "./metadata-origin.ts";
import { type RenamedFolders, renameFolders, withoutFolderNames } from "./rename-folders.ts";
import { tryMerge } from "./try-merge.ts";

/** Gives the bytes of an object of the history; undefined if it is not kept. */
export type LoadHistory = (sha256: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** Metadata that were merged with what came, or that stay because their files cannot be read whole. */
export interface MergedMetadata {
  readonly text: string;
  readonly theirs: string;
  readonly conflicts: readonly MergeConflict[];
  /** The changed files. */
  readonly from: readonly string[];
  /** Whether what came is what a later change is compared with. */
  readonly isBase: boolean;
}

export interface DecidedUpdate {
  readonly decision: UpdateDecision;
  readonly made: readonly MadeArtifact[];
  /** The objects of the image before the update. */
  readonly current: ReadonlyMap<string, string>;
  /** Artifacts that stay as a whole. */
  readonly refused: readonly ArtifactConflict[];
  readonly merged: MergedMetadata | undefined;
  readonly renamed: RenamedFolders | undefined;
}

/** @param history reads what came last, to compare with what comes now */
export async function decideUpdate(
  record: ImageRecord,
  { bundle, folderFields }: RecordUpdate,
  looked: LookedUpdate,
  history: LoadHistory,
): Promise<DecidedUpdate> {
  const { known, sidecars, changed, artifacts, bare } = looked;
  const pathOf = new Map(sidecars.map(({ file }) => [file.relPath, file.path]));
  const pathsOf = (relPaths: readonly string[]): readonly string[] =>
    relPaths.map((relPath) => pathOf.get(relPath) ?? relPath);
  const current = await record.objectHashes();
  const made = artifacts.map((artifact) => ({
    key: artifactKey(artifact),
    sha256: artifact.sha256,
    from: pathsOf(artifact.from),
  }));
  const isMetadataSourced = [...known.values()].some((sidecar) =>
    sidecar.artifacts.some(({ key }) => key === METADATA_KEY),
  );
  const decision = decideArtifactChanges({
    made,
    known,
    unsourced: new Map(isMetadataSourced ? [] : [[METADATA_KEY, bare.sha256]]),
    present: new Set([...pathOf.values(), bundle.image.relPath, FOLDER_NAMES]),
    changed,
    unusable: new Set(pathsOf(looked.unusable)),
    current,
    mergeable: new Set([METADATA_KEY]),
  });
  const toMerge = decision.merge.find(({ key }) => key === METADATA_KEY);
  const lacking = decision.conflicts.find(
    ({ key, cause, from }) =>
      key === METADATA_KEY && cause === "source gone" && withoutFolderNames(from).length > 0,
  );
  const incoming = artifacts.find((artifact) => artifactKey(artifact) === METADATA_KEY);
  const theirs = incoming?.kind === "json" ? incoming.text : undefined;
  const ours =
    toMerge !== undefined || lacking !== undefined || changed.has(FOLDER_NAMES)
      ? await loadMetadataText(record, { ifUnreadable: "none" })
      : undefined;
  const isMade = decision.write.includes(METADATA_KEY) || decision.same.includes(METADATA_KEY);
  const isRenamed = ours !== undefined && changed.has(FOLDER_NAMES) && !isMade && toMerge === undefined;
  const { pathFields: was } = looked.provenance ?? {};
  const renamed = isRenamed
    ? renameFolders(ours, { was, now: folderFields, overruled: looked.overruled })
    : undefined;
  let merged: MergedMetadata | undefined;
  if (ours !== undefined && theirs !== undefined && toMerge !== undefined) {
    const merge = tryMerge(await loadBase(toMerge.base, looked, history), ours, theirs);
    merged = merge && { ...mergedWith(merge, theirs), from: toMerge.from, isBase: true };
  } else if (ours !== undefined && theirs !== undefined && lacking !== undefined) {
    // What came lacks what a file gave that is gone: nobody knows which side a difference is of.
    const merge = tryMerge(undefined, renamed?.text ?? ours, theirs);
    merged = merge && { ...mergedWith(merge, theirs), from: lacking.from, isBase: false };
  }
  const whole = [
    ...decision.conflicts.filter(({ key }) => merged === undefined || key !== METADATA_KEY),
    ...decision.merge
      .filter(() => merged === undefined)
      .map(({ key, from }): ArtifactConflict => ({ key, cause: "edited", from })),
  ];
  return {
    ...{ decision, made, current, merged },
    refused: whole
      .map((conflict) => ({ ...conflict, from: withoutFolderNames(conflict.from) }))
      .filter(({ from }) => from.length > 0),
    renamed,
  };
}

function mergedWith(
  { merged, conflicts }: MetadataMerge,
  theirs: string,
): Pick<MergedMetadata, "text" | "theirs" | "conflicts"> {
  return { text: merged, theirs, conflicts };
}

/** The text of what came last; undefined if it is not known any more. */
async function loadBase(
  sha256: string | undefined,
  { bare }: LookedUpdate,
  history: LoadHistory,
): Promise<string | undefined> {
  if (sha256 === undefined || sha256 === bare.sha256) {
    return sha256 && bare.text;
  }
  try {
    const bytes = await history(sha256);
    return bytes && new TextDecoder().decode(bytes);
  } catch (error) {
    if (isZarrStoreError(error, "integrity", "invalid_argument")) {
      return undefined;
    }
    throw error;
  }
}
