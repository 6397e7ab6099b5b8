// Follows the names of an image's folders in metadata that stay as a whole, because their files cannot be read now.

import type { PathFieldsProvenance } from "@kym/kym-schema";
import type { MergeConflict } from "@kym/kym-schema/merge";
import {
  changeExperiment,
  FOLDER_NAMES,
  usedFields,
  withFieldValues,
} from "../../content/experiment-fields.ts";
import type { FolderFields } from "../../plan/decide-path-fields.ts";
import type { KnownSidecar } from "../../plan/known-acquisition.ts";
import { METADATA_KEY } from "./metadata-origin.ts";
import { tryMerge } from "./try-merge.ts";

/** In place of a file: the names of folders stand among the sidecars of an image. */
export const NO_FILE = { sizeBytes: 0, mtimeNs: 0n, sha256: "" } as const;

/** What the folders of an image said, and what they say now. */
interface FoldersToRename {
  readonly was: PathFieldsProvenance | undefined;
  readonly now: FolderFields | undefined;
  /** Fields that a sidecar gives as well. */
  readonly overruled: readonly string[];
}

export interface RenamedFolders {
  readonly text: string;
  /** Fields that stay because they were edited in the dataset. */
  readonly edited: readonly string[];
  /** The same as conflicts, and metadata with the values that did not come in. */
  readonly conflicts: readonly MergeConflict[];
  readonly theirs: string;
}

/**
 * Changes the fields that folder names give, one by one, in metadata whose files cannot be read now. A field that was edited stays. Reads
 * nothing.
 */
export function renameFolders(text: string, { was, now, overruled }: FoldersToRename): RenamedFolders {
  const before = usedFields(was ?? { values: {}, overruled }, overruled);
  const after = usedFields({ values: now?.values ?? {}, overruled });
  const changed = changeExperiment(text, before, after);
  const base = withFieldValues(changed.text, changed.edited, before);
  const theirs = withFieldValues(changed.text, changed.edited, after);
  const { conflicts = [] } = tryMerge(base, changed.text, theirs) ?? {};
  return { ...changed, conflicts, theirs };
}

/** The known sidecars, with the hash of the metadata after an update that nobody else's edit went before. */
export function withRenamedMetadata(
  known: ReadonlyMap<string, KnownSidecar>,
  before: string | undefined,
  after: string,
): ReadonlyMap<string, KnownSidecar> {
  return new Map(
    [...known].map(([path, sidecar]) => [
      path,
      {
        ...sidecar,
        artifacts: sidecar.artifacts.map((artifact) =>
          artifact.key === METADATA_KEY && artifact.sha256 === before
            ? { ...artifact, sha256: after }
            : artifact,
        ),
      },
    ]),
  );
}

/** The changed files of a conflict without the names of folders, which are followed field by field. */
export function withoutFolderNames(from: readonly string[]): readonly string[] {
  return from.filter((path) => path !== FOLDER_NAMES);
}
