// Brings one record up to date with the sidecars beside its image.

import {
  ARTIFACTS,
  changedScales,
  encodeProvenance,
  loadMetadataText,
  type Provenance,
} from "@kym/kym-schema";
import { INGEST_MODE, PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import { wordsOfField } from "@kym/kym-schema/merge";
import { type DatasetContents, isZarrStoreError } from "@kym/zarr-store";
import { FOLDER_NAMES } from "../../content/experiment-fields.ts";
import { artifactKey } from "../../content/image-content.ts";
import { withoutOme } from "../../content/prairie-says.ts";
import { imageJTagsValue } from "../../content/rois/imagej-tags.ts";
import { isLegacyIoError } from "../../errors.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import { fileNameOf } from "../../folder/compare-paths.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { isChannelPath } from "../../plan/compare-files.ts";
import { wordsOfFields } from "../../plan/decide-path-fields.ts";
import type { KnownSidecar } from "../../plan/known-acquisition.ts";
import { sidecarsAfterUpdate } from "../../plan/sidecars-after-update.ts";
import { storedFault } from "../files/stored-fault.ts";
import { storeArtifact, storeRecording, tiffAttributes } from "../ingest/store-image.ts";
import type { SaidByTiff } from "../read/image-in-files.ts";
import { readerOfImage } from "../read/reader-of-image.ts";
import { type DecidedUpdate, decideUpdate, type LoadHistory } from "./decide-update.ts";
import { deleteArtifact } from "./delete-artifact.ts";
import { type KeptFiles, keepRefused, placeOf, reasonOf } from "./keep-refused.ts";
import {
  type ImageRecord,
  type LookedUpdate,
  lookAt,
  type Note,
  type RecordUpdate,
} from "./look-at-record.ts";
import { METADATA_KEY } from "./metadata-origin.ts";
import { NO_FILE, withRenamedMetadata } from "./rename-folders.ts";

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

/** What an update reads and asks besides the record and its files. */
export interface UpdateRecordOptions {
  /** Without formats, the sidecars are not read, and only moved paths and folder names are followed. */
  readonly formats: readonly SidecarFormat[] | undefined;
  readonly history: LoadHistory;
  /** Asked between reading and writing. A reason fails the update. */
  readonly refuse?: ((bundle: LegacyBundle) => Promise<string | undefined>) | undefined;
}

/**
 * Brings one record up to date with its sidecars, by the rules of `decideArtifactChanges`. Metadata that both sides changed are
 * merged. The pixels stay.
 */
export async function updateRecord(
  transaction: DatasetContents,
  update: RecordUpdate,
  { formats, history, refuse }: UpdateRecordOptions,
): Promise<UpdateOutcome> {
  const record = transaction.record(update.imageId);
  if (!(await record.exists())) {
    return { outcome: "deleted" };
  }
  let looked: LookedUpdate;
  let decided: DecidedUpdate;
  try {
    looked = await lookAt(record, update, formats);
    decided = await decideUpdate(record, update, looked, history);
  } catch (error) {
    if (
      !isLegacyIoError(error, "io", "not_supported", "invalid_argument") &&
      !isZarrStoreError(error, "invalid_argument") &&
      storedFault(error) === undefined
    ) {
      throw error;
    }
    return { outcome: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
  const refusal = await refuse?.(update.bundle);
  if (refusal !== undefined) {
    return { outcome: "failed", reason: refusal };
  }
  return looked.changed.size === 0 && update.move === undefined && update.said === undefined
    ? { outcome: "unchanged" }
    : store(record, update, looked, decided);
}

/**
 * Lists what an update would leave open, in words, without writing anything. A record that is gone, or whose files cannot be read,
 * leaves nothing open.
 */
export async function previewConflicts(
  contents: DatasetContents,
  update: RecordUpdate,
  { formats, history }: Pick<UpdateRecordOptions, "formats" | "history">,
): Promise<readonly string[]> {
  const record = contents.record(update.imageId);
  try {
    const looked = await lookAt(record, update, formats);
    const { refused, merged, renamed } = await decideUpdate(record, update, looked, history);
    const fields = [...(merged?.conflicts ?? []), ...(renamed?.conflicts ?? [])];
    return [...refused.map(({ key }) => key), ...fields.map(({ field }) => wordsOfField(field))];
  } catch (error) {
    if (isLegacyIoError(error) || isZarrStoreError(error)) {
      return [];
    }
    throw error;
  }
}

async function store(
  record: ImageRecord,
  update: RecordUpdate,
  looked: LookedUpdate,
  decided: DecidedUpdate,
): Promise<UpdateOutcome> {
  const { known, sidecars, changed, artifacts } = looked;
  const { decision, made, current, refused, merged, renamed } = decided;
  const { bundle } = update;
  for (const artifact of artifacts) {
    const key = artifactKey(artifact);
    if (decision.write.includes(key)) {
      await (key === METADATA_KEY && artifact.kind === "json"
        ? storeIncomingMetadata(record, artifact.text)
        : storeArtifact(record, artifact));
    }
  }
  await renameSource(record, update.move && bundle.image.relPath);
  for (const key of decision.remove) {
    await deleteArtifact(record, key);
  }
  if (update.said !== undefined) {
    await updateTiffAttributes(record, update.said);
    await storeImageJTags(record, update.said);
    if (update.said.recording !== undefined) {
      await storeRecording(record, update.said.recording);
    }
  }
  if (looked.isOfPrairie) {
    await dropOmeWarnings(record);
  }
  const text = merged?.text ?? renamed?.text;
  const isRewritten = text !== undefined && (await storeMetadata(record, text));
  const before = current.get(METADATA_KEY);
  const after = (await record.objectHashes()).get(METADATA_KEY);
  const isOnlyRenamed = renamed !== undefined && isRewritten;
  if (isOnlyRenamed) {
    await record.files.keepInHistory(new TextEncoder().encode(renamed.text));
  }
  const knownNow = isOnlyRenamed ? withRenamedMetadata(known, before, after ?? "") : known;
  const { files: kept, removed } = await keepRefused(record, looked, decided);
  const unusable = new Set(
    sidecars.flatMap(({ file }) => (looked.unusable.includes(file.relPath) ? [file.path] : [])),
  );
  const sources = sidecarsAfterUpdate({
    known: update.said === undefined ? knownNow : withChannelsRead(knownNow, update),
    read: [
      ...sidecars.map(({ file, reader }) => {
        const earlier = known.get(file.path);
        const isLeft = earlier !== undefined && (!changed.has(file.path) || unusable.has(file.path));
        return { ...file, reader: isLeft ? earlier.reader : reader };
      }),
      { ...NO_FILE, path: FOLDER_NAMES, reader: undefined },
    ],
    made,
    decision,
    refused: refused.flatMap(({ key, cause }) => (cause === "edited" ? [key] : [])),
    hashes: await record.objectHashes(),
    kept,
  }).map((source) => ({
    ...source,
    artifacts: source.artifacts.filter(({ key }) => !removed.includes(key)),
  }));
  const folderArtifacts = sources.find(({ path }) => path === FOLDER_NAMES)?.artifacts ?? [];
  await record.saveJson(
    ARTIFACTS.provenance,
    encodeProvenance({
      ...baseProvenance(update, looked.provenance),
      ...(update.said !== undefined && { reader: readerOfImage(update.said) }),
      sidecars: sources.filter(({ path }) => path !== FOLDER_NAMES),
      pathFields: update.folderFields && {
        ...update.folderFields,
        overruled: looked.overruled,
        artifacts: folderArtifacts,
      },
    }),
  );
  const pathOf = new Map(sidecars.map(({ file }) => [file.relPath, file.path]));
  return {
    outcome: "updated",
    replaced: [...decision.write, ...decision.remove, ...(isRewritten ? [METADATA_KEY] : [])],
    conflicts: reasonsOf(update, looked, decided, kept),
    notes: looked.notes.filter(({ path }) => changed.has(pathOf.get(path) ?? path)),
  };
}

/** Says in words what stays although something else came. */
function reasonsOf(
  { folderFields }: RecordUpdate,
  { sidecars }: LookedUpdate,
  { refused, merged, renamed }: DecidedUpdate,
  kept: KeptFiles,
): readonly string[] {
  const relPathOf = (path: string): string =>
    sidecars.find(({ file }) => file.path === path)?.file.relPath ?? path;
  const folders = `its folders say ${wordsOfFields(folderFields?.values ?? {})}`;
  const stays = (what: string, names: readonly string[]): string =>
    `${what}, but ${names.join(", ")} was edited in the dataset since: the edit stays`;
  const { conflicts = [], from = [] } = merged ?? {};
  const files = from.filter((path) => path !== FOLDER_NAMES);
  const what = files.length === 0 ? folders : `${files.map(relPathOf).join(", ")} changed`;
  const edited = renamed?.edited ?? [];
  return [
    ...refused.map((conflict) => reasonOf(conflict, relPathOf, kept)),
    ...(conflicts.length === 0
      ? []
      : [
          `${stays(
            what,
            conflicts.map(({ field }) => wordsOfField(field)),
          )}${placeOf(files, kept)}`,
        ]),
    ...(edited.length === 0 ? [] : [stays(folders, edited)]),
  ];
}

/** Stores metadata unchanged, and keeps them: a later change of both sides is compared with them. */
async function storeIncomingMetadata(record: ImageRecord, text: string): Promise<void> {
  await storeMetadata(record, text);
  await record.files.keepInHistory(new TextEncoder().encode(text));
}

/**
 * Stores metadata, and the calibration of the pixels if it changed: by a header that came later, a correction or a merge. Returns
 * whether the text is another one than before.
 */
export async function storeMetadata(record: ImageRecord, text: string): Promise<boolean> {
  const before = await loadMetadataText(record, { ifUnreadable: "none" });
  await record.json.saveBytes(ARTIFACTS.metadata, new TextEncoder().encode(text));
  const scales = changedScales(before, text, (await record.openArray()).shape.length);
  if (scales !== undefined) {
    await record.pixels.saveScales(scales);
  }
  return before !== text;
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

/** Forgets what TIFFs said wrong of themselves, now that the XML of their recording is there. */
async function dropOmeWarnings(record: ImageRecord): Promise<void> {
  const { tiff_warnings: noted } = await record.attributes();
  const texts = Array.isArray(noted) ? noted.filter((text) => typeof text === "string") : [];
  const left = withoutOme(texts);
  if (left.length < texts.length) {
    await record.updateAttributes({ tiff_warnings: left.length > 0 ? left : undefined });
  }
}

/** Stores what ImageJ keeps in a TIFF that was read again; deletes it if the TIFF has nothing of it any more. */
async function storeImageJTags(record: ImageRecord, { tags }: SaidByTiff): Promise<void> {
  if (tags !== undefined) {
    await record.saveJson(ARTIFACTS.imageJTags, imageJTagsValue(tags));
  } else if ((await record.json.list()).includes(ARTIFACTS.imageJTags)) {
    await record.json.delete(ARTIFACTS.imageJTags);
  }
}

/** Records the further channels, which are read together with the first: the present reader, and their files if they changed. */
function withChannelsRead(
  known: ReadonlyMap<string, KnownSidecar>,
  { said, savedAgain }: Pick<RecordUpdate, "said" | "savedAgain">,
): ReadonlyMap<string, KnownSidecar> {
  const reader = said && readerOfImage(said);
  const now = new Map((savedAgain ?? []).map((file) => [file.path, file]));
  return new Map(
    [...known].map(([path, file]) => {
      const { sizeBytes, mtimeNs, sha256 } = now.get(path) ?? file;
      return [path, isChannelPath(path) ? { ...file, sizeBytes, mtimeNs, sha256, reader } : file];
    }),
  );
}

function baseProvenance(
  { bundle, known, move, savedAgain }: RecordUpdate,
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
  const [image] = savedAgain ?? [];
  return {
    ...before,
    ...(image && { sourceSha256: image.sha256 }),
    ...(move && place),
  };
}
