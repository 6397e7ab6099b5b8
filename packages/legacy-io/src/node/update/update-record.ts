// Brings one record up to date with the sidecars beside its image.

import {
  ARTIFACTS,
  changedScales,
  encodeProvenance,
  loadMetadataText,
  type Provenance,
} from "@kym/kym-schema";
import { INGEST_MODE, PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import { type DatasetContents, isZarrStoreError } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { whenAllDone } from "@kym/zarr-store/runtime";
import { artifactsOfSidecars } from "../../content/artifacts-of-sidecars.ts";
import { FOLDER_NAMES } from "../../content/experiment-fields.ts";
import { artifactKey, type SourcedArtifact } from "../../content/image-content.ts";
import { isLegacyIoError } from "../../errors.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import { incomingAttachment } from "../../folder/incoming-attachment.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { fileNameOf, isChannelPath } from "../../plan/compare-files.ts";
import {
  type ArtifactConflict,
  decideArtifactChanges,
  isAttachmentKey,
  type MadeArtifact,
} from "../../plan/decide-artifact-changes.ts";
import { type FolderFields, isSame, wordsOfFields } from "../../plan/decide-path-fields.ts";
import type { Move } from "../../plan/find-moved.ts";
import type { KnownAcquisition, KnownSidecar } from "../../plan/known-acquisition.ts";
import { sidecarsAfterUpdate } from "../../plan/sidecars-after-update.ts";
import type { FaultyRead } from "../../readers/faulty-read.ts";
import { TIFF_READER } from "../../tiff/tiff-reader.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { storeArtifact, tiffAttributes } from "../ingest/store-image.ts";
import type { SaidByTiff } from "../read/read-bundle.ts";
import { type ReadSidecar, readSidecars } from "../read/read-sidecars.ts";
import { loadProvenance } from "../scan/load-provenance.ts";
import { deleteArtifact } from "./delete-artifact.ts";
import { hashArtifact } from "./hash-artifact.ts";
import { bareMetadataSha256, METADATA_KEY } from "./metadata-origin.ts";
import { NO_FILE, renameFolders } from "./rename-folders.ts";

type ImageRecord = ReturnType<DatasetContents["record"]>;

/** A record whose sidecars changed or whose files moved. */
export interface RecordUpdate {
  readonly bundle: LegacyBundle;
  readonly imageId: string;
  readonly known: KnownAcquisition;
  readonly move: Move | undefined;
  /** Files to be read again although they did not change. */
  readonly again?: readonly FaultyRead[] | undefined;
  /** What the TIFF was found to say when it was read again, with the pixels that are stored; undefined if it was not read. */
  readonly said?: SaidByTiff | undefined;
  /** What the names of its folders say. */
  readonly folderFields?: FolderFields | undefined;
}

export type UpdateOutcome =
  | {
      readonly outcome: "updated";
      /** Keys of the artifacts that were written or removed, relative to `images/<id>/`. */
      readonly replaced: readonly string[];
      readonly conflicts: readonly string[];
      readonly notes: readonly Note[];
    }
  /** The dataset is up to date by now: another process was faster. */
  | { readonly outcome: "unchanged" }
  | { readonly outcome: "deleted" }
  | { readonly outcome: "failed"; readonly reason: string };

interface Note {
  readonly path: string;
  readonly reason: string;
}

/**
 * Brings one record up to date with its sidecars, by the rules of `decideArtifactChanges`. The pixels stay. Without
 * `formats` the sidecars are not read, and only moved paths are recorded. `refuse` is asked between reading and writing.
 */
export async function updateRecord(
  transaction: DatasetContents,
  update: RecordUpdate,
  formats: readonly SidecarFormat[] | undefined,
  refuse?: (bundle: LegacyBundle) => Promise<string | undefined>,
): Promise<UpdateOutcome> {
  const record = transaction.record(update.imageId);
  if (!(await record.exists())) {
    return { outcome: "deleted" };
  }
  let looked: LookedUpdate;
  try {
    looked = await lookAt(record, update, formats);
  } catch (error) {
    if (
      !isLegacyIoError(error, "io", "not_supported", "invalid_argument") &&
      !isZarrStoreError(error, "invalid_argument", "schema_mismatch")
    ) {
      throw error;
    }
    return { outcome: "failed", reason: error.message };
  }
  const refusal = await refuse?.(update.bundle);
  if (refusal !== undefined) {
    return { outcome: "failed", reason: refusal };
  }
  return looked.changed.size === 0 && update.move === undefined && update.said === undefined
    ? { outcome: "unchanged" }
    : store(record, update, looked);
}

/** Everything that is read before anything is written. */
interface LookedUpdate {
  readonly provenance: Provenance | undefined;
  /** The sidecars that were ingested, by their present path. */
  readonly known: ReadonlyMap<string, KnownSidecar>;
  readonly sidecars: readonly ReadSidecar[];
  readonly changed: ReadonlySet<string>;
  readonly artifacts: readonly (SourcedArtifact & { readonly sha256: string | undefined })[];
  readonly unusable: readonly string[];
  /** Fields that the folders name and a sidecar gives as well. */
  readonly overruled: readonly string[];
  readonly notes: readonly Note[];
  /** SHA-256 of the metadata of an image without any sidecar. */
  readonly bareMetadataSha256: string;
}

async function lookAt(
  record: ImageRecord,
  { bundle, move, again = [], folderFields }: RecordUpdate,
  formats: readonly SidecarFormat[] | undefined,
): Promise<LookedUpdate> {
  const provenance = await loadProvenance(record);
  const known = new Map<string, KnownSidecar>(
    (provenance?.sidecars ?? []).map((sidecar) => [move?.paths.get(sidecar.path) ?? sidecar.path, sidecar]),
  );
  const { pathFields } = provenance ?? {};
  if (pathFields !== undefined) {
    known.set(FOLDER_NAMES, { ...NO_FILE, artifacts: pathFields.artifacts });
  }
  const sidecars = formats === undefined ? [] : await readSidecars(bundle.sidecars, formats, undefined);
  const { shape } = await record.openArray();
  const content = await artifactsOfSidecars({
    shape,
    pixelsSha256: await pixelsSha256Of(record),
    sidecars: sidecars.map(({ parsed }) => parsed),
    folderFields: folderFields?.values,
  });
  const readAgain = new Set(again.map(({ path }) => move?.paths.get(path) ?? path));
  const changed = sidecars.flatMap(({ file }) =>
    known.get(file.path)?.sha256 === file.sha256 && !readAgain.has(file.path) ? [] : [file.path],
  );
  const areFoldersChanged = !isSame(folderFields?.values ?? {}, pathFields?.values ?? {});
  return {
    provenance,
    known,
    sidecars,
    overruled: formats === undefined ? (pathFields?.overruled ?? []) : content.overruled,
    changed: new Set([...changed, ...(areFoldersChanged ? [FOLDER_NAMES] : [])]),
    artifacts: await whenAllDone(
      content.artifacts.map(async (artifact) => ({ ...artifact, sha256: await hashArtifact(artifact) })),
    ),
    unusable: content.unusable,
    notes: content.notes,
    bareMetadataSha256: bareMetadataSha256(shape),
  };
}

async function store(
  record: ImageRecord,
  update: RecordUpdate,
  looked: LookedUpdate,
): Promise<UpdateOutcome> {
  const { known, sidecars, changed, artifacts } = looked;
  const { bundle } = update;
  const pathOf = new Map(sidecars.map(({ file }) => [file.relPath, file.path]));
  const pathsOf = (relPaths: readonly string[]): readonly string[] =>
    relPaths.map((relPath) => pathOf.get(relPath) ?? relPath);
  const current = new Map(await record.objectHashes());
  const made = artifacts.map((artifact) => ({
    key: artifactKey(artifact),
    sha256: artifact.sha256,
    from: pathsOf(artifact.from),
  }));
  const isMetadataSourced = [...known.values()].some((sidecar) =>
    sidecar.artifacts.some(({ key }) => key === METADATA_KEY),
  );
  const unusable = new Set(pathsOf(looked.unusable));
  const decision = decideArtifactChanges({
    made,
    known,
    unsourced: new Map(isMetadataSourced ? [] : [[METADATA_KEY, looked.bareMetadataSha256]]),
    present: new Set([...pathOf.values(), FOLDER_NAMES]),
    changed,
    unusable,
    current,
  });
  for (const artifact of artifacts) {
    const key = artifactKey(artifact);
    if (decision.write.includes(key)) {
      await (key === METADATA_KEY && artifact.kind === "json"
        ? storeMetadata(record, artifact)
        : storeArtifact(record, artifact));
    }
  }
  await renameSource(record, update.move && bundle.image.relPath);
  for (const key of decision.remove) {
    await deleteArtifact(record, key);
  }
  if (update.said !== undefined) {
    await updateTiffAttributes(record, update.said);
  }
  const {
    conflicts,
    edited,
    isRenamed,
    known: knownNow,
  } = await renameFolders(
    record,
    {
      ...{ was: looked.provenance?.pathFields, now: update.folderFields },
      ...{ overruled: looked.overruled, known, changed },
    },
    decision,
  );
  const kept = await keepRefused(record, looked, made, conflicts, current);
  const sources = sidecarsAfterUpdate({
    known: update.said === undefined ? knownNow : withChannelReader(knownNow),
    read: [
      ...sidecars.map(({ file, reader }) => {
        const before = known.get(file.path);
        const isLeft = before !== undefined && (!changed.has(file.path) || unusable.has(file.path));
        return { ...file, reader: isLeft ? before.reader : reader };
      }),
      { ...NO_FILE, path: FOLDER_NAMES, reader: undefined },
    ],
    made,
    decision,
    hashes: await record.objectHashes(),
    kept,
  });
  const folderArtifacts = sources.find(({ path }) => path === FOLDER_NAMES)?.artifacts ?? [];
  await record.saveJson(
    ARTIFACTS.provenance,
    encodeProvenance({
      ...baseProvenance(update, looked.provenance),
      ...(update.said !== undefined && { reader: TIFF_READER }),
      sidecars: sources.filter(({ path }) => path !== FOLDER_NAMES),
      pathFields: update.folderFields && {
        ...update.folderFields,
        overruled: looked.overruled,
        artifacts: folderArtifacts,
      },
    }),
  );
  const relPathOf = (path: string): string =>
    sidecars.find(({ file }) => file.path === path)?.file.relPath ?? path;
  return {
    outcome: "updated",
    replaced: [...decision.write, ...decision.remove, ...(isRenamed ? [METADATA_KEY] : [])],
    conflicts: [
      ...conflicts.map((conflict) => reasonOf(conflict, relPathOf, kept)),
      ...(edited.length === 0
        ? []
        : [
            `its folders say ${wordsOfFields(update.folderFields?.values ?? {})}, but ${edited.join(", ")} was edited in the dataset since: the edit stays`,
          ]),
    ],
    notes: looked.notes.filter(({ path }) => changed.has(pathOf.get(path) ?? "")),
  };
}

/** A header that came later, or a corrected one, calibrates the pixels too. */
async function storeMetadata(
  record: ImageRecord,
  artifact: Extract<SourcedArtifact, { readonly kind: "json" }>,
): Promise<void> {
  const before = await loadMetadataText(record, { ifUnreadable: "none" });
  await storeArtifact(record, artifact);
  const scales = changedScales(before, artifact.text, (await record.openArray()).shape.length);
  if (scales !== undefined) {
    await record.pixels.saveScales(scales);
  }
}

/** The attribute that names the file follows it, where an image has that attribute. */
async function renameSource(record: ImageRecord, relPath: string | undefined): Promise<void> {
  const key = PROVENANCE_KEYS.sourceName;
  const before = (await record.attributes())[key];
  if (relPath !== undefined && before !== undefined && before !== fileNameOf(relPath)) {
    await record.updateAttributes({ [key]: fileNameOf(relPath) });
  }
}

/** Stores what the TIFF was found to say, if that is not stored already. */
async function updateTiffAttributes(record: ImageRecord, said: SaidByTiff): Promise<void> {
  const before = await record.attributes();
  const changes = Object.entries(tiffAttributes(said)).filter(
    ([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value),
  );
  if (changes.length > 0) {
    await record.updateAttributes(Object.fromEntries(changes));
  }
}

/** Records the present reader with the further channels, which are read together with the first. */
function withChannelReader(known: ReadonlyMap<string, KnownSidecar>): ReadonlyMap<string, KnownSidecar> {
  return new Map(
    [...known].map(([path, file]) => [path, isChannelPath(path) ? { ...file, reader: TIFF_READER } : file]),
  );
}

/** Keeps each refused file as an attachment, unless it is stored as one anyway. */
async function keepRefused(
  record: ImageRecord,
  { known, sidecars }: LookedUpdate,
  made: readonly MadeArtifact[],
  conflicts: readonly ArtifactConflict[],
  current: Map<string, string>,
): Promise<ReadonlyMap<string, { readonly key: string; readonly sha256: string }>> {
  const refused = new Set(conflicts.map(({ key }) => key));
  const isKept = (path: string): boolean =>
    made.some(({ key, from }) => isAttachmentKey(key) && !refused.has(key) && from.includes(path));
  const kept = new Map<string, { readonly key: string; readonly sha256: string }>();
  for (const { file, parsed } of sidecars) {
    const isRefused = conflicts.some(({ from }) => from.includes(file.path));
    if (isRefused && !isKept(file.path)) {
      const before = known.get(file.path)?.artifacts ?? [];
      const { name, key } = incomingAttachment(parsed.fileName, file.sha256, current, before);
      await record.saveAttachment(name, parsed.bytes);
      current.set(key, file.sha256);
      kept.set(file.path, { key, sha256: file.sha256 });
    }
  }
  return kept;
}

function reasonOf(
  { key, cause, from }: ArtifactConflict,
  relPathOf: (path: string) => string,
  kept: ReadonlyMap<string, { readonly key: string }>,
): string {
  const names = from.map(relPathOf).join(", ");
  const places = from.flatMap((path) => kept.get(path)?.key ?? []).join(", ");
  const why =
    cause === "edited"
      ? `${key} was edited in the dataset since: the edit stays`
      : `${key} also needs a file that is gone or broken now: it stays as it is`;
  return `${names} changed, but ${why}${places === "" ? "" : `, and the new file is kept as ${places}`}`;
}

function baseProvenance(
  { bundle, known, move }: RecordUpdate,
  provenance: Provenance | undefined,
): Omit<Provenance, "sidecars"> {
  const { path, relPath } = bundle.image;
  const place = {
    sourcePrimaryPath: path,
    sourceRelPath: relPath,
    sourceName: fileNameOf(relPath),
  };
  const {
    sidecars: _,
    pathFields: __,
    ...before
  } = provenance ?? {
    ...place,
    sourceSha256: known.image.sha256,
    ingestMode: INGEST_MODE,
    sidecars: [],
  };
  return move === undefined ? before : { ...before, ...place };
}

/** Returns the hash that ingest stored, or computes it for a record that was not ingested. */
export async function pixelsSha256Of(record: ImageRecord): Promise<string> {
  const { pixels_sha256: noted } = await record.attributes();
  return typeof noted === "string" ? noted : sha256Of(ndArrayBytes(await record.loadArray()));
}
