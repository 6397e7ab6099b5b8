// Follows the names of an image's folders in metadata that stay as a whole, because somebody edited them.

import { ARTIFACTS, loadMetadataText, type PathFieldsProvenance } from "@kym/kym-schema";
import type { DatasetContents } from "@kym/zarr-store";
import { changeExperiment, FOLDER_NAMES, usedFields } from "../../content/experiment-fields.ts";
import type { ArtifactConflict, UpdateDecision } from "../../plan/decide-artifact-changes.ts";
import type { FolderFields } from "../../plan/decide-path-fields.ts";
import type { KnownSidecar } from "../../plan/known-acquisition.ts";
import { METADATA_KEY } from "./metadata-origin.ts";

/** In place of a file: the names of folders stand among the sidecars of an image. */
export const NO_FILE = { sizeBytes: 0, mtimeNs: 0n, sha256: "" } as const;

/** What is known of an image and its folders before the update. */
interface FoldersToRename {
  readonly was: PathFieldsProvenance | undefined;
  readonly now: FolderFields | undefined;
  /** Fields that a sidecar gives as well. */
  readonly overruled: readonly string[];
  readonly known: ReadonlyMap<string, KnownSidecar>;
  readonly changed: ReadonlySet<string>;
}

interface RenamedFolders {
  /** The conflicts that are left: those of sidecars. */
  readonly conflicts: readonly ArtifactConflict[];
  /** Fields that stay because they were edited in the dataset. */
  readonly edited: readonly string[];
  /** True if the metadata were written. */
  readonly isRenamed: boolean;
  /** The known sidecars, with the hash of the metadata if nobody else had edited them. */
  readonly known: ReadonlyMap<string, KnownSidecar>;
}

/**
 * Changes the fields that folder names give, one by one, where the metadata as a whole stay: an edited ROI does not keep a
 * treatment from following its folder, and an edited treatment stays.
 */
export async function renameFolders(
  record: ReturnType<DatasetContents["record"]>,
  { was, now, overruled, known, changed }: FoldersToRename,
  decision: UpdateDecision,
): Promise<RenamedFolders> {
  const isMade = decision.write.includes(METADATA_KEY) || decision.same.includes(METADATA_KEY);
  const text =
    changed.has(FOLDER_NAMES) && !isMade
      ? await loadMetadataText(record, { ifUnreadable: "none" })
      : undefined;
  const conflicts = decision.conflicts
    .map((conflict) => ({ ...conflict, from: conflict.from.filter((path) => path !== FOLDER_NAMES) }))
    .filter(({ from }) => from.length > 0);
  if (text === undefined) {
    return { conflicts, edited: [], isRenamed: false, known };
  }
  const changes = changeExperiment(
    text,
    usedFields(was ?? { values: {}, overruled }, overruled),
    usedFields({ values: now?.values ?? {}, overruled }),
  );
  if (changes.text === text) {
    return { conflicts, edited: changes.edited, isRenamed: false, known };
  }
  const before = (await record.objectHashes()).get(METADATA_KEY);
  await record.json.saveBytes(ARTIFACTS.metadata, new TextEncoder().encode(changes.text));
  const after = (await record.objectHashes()).get(METADATA_KEY) ?? "";
  return {
    conflicts,
    edited: changes.edited,
    isRenamed: true,
    known: new Map(
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
    ),
  };
}
