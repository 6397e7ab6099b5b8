// Reads the XML of Prairie View's recordings in a folder, and joins it with the images that it names.

import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { BundleFile, FolderScan } from "../../folder/bundle.ts";
import type { PrairieRecording } from "../../formats/prairie/prairie-recording.ts";
import { isPrairieXml, MAX_PRAIRIE_BYTES, readPrairie } from "../../formats/prairie/read-prairie.ts";
import { readWholeFile } from "../files/read-whole-file.ts";
import { type PlacedRecordings, placeRecordings, type ReadRecording } from "./place-recordings.ts";

/** An XML that is too large is known by its beginning. */
const HEAD_BYTES = 2 ** 16;

/** The recordings that were read before, by path and state of their files. Undefined stands for a file of another kind. */
export type KnownRecordings = Map<string, PrairieRecording | undefined>;

/**
 * Joins the recordings of a folder with its images. An XML that cannot be read is named; that beside an image stays with it.
 *
 * @param known those of an earlier call, which are not read again; what is read now is added
 * @throws LegacyIoError `aborted`
 */
export async function findRecordings(
  root: string,
  scan: FolderScan,
  signal: AbortSignal | undefined,
  known: KnownRecordings = new Map(),
): Promise<PlacedRecordings> {
  const recordings: ReadRecording[] = [];
  const notes: PlacedRecordings["notes"][number][] = [];
  const isBesideImage = new Set(
    scan.bundles.flatMap(({ sidecars }) => sidecars.map(({ relPath }) => relPath)),
  );
  for (const file of candidates(scan)) {
    throwIfAborted(signal, LegacyIoError);
    const { relPath } = file;
    try {
      const state = `${relPath} ${file.sizeBytes} ${file.mtimeNs}`;
      const recording = known.has(state)
        ? known.get(state)
        : await readRecording(resolve(root, relPath), file);
      known.set(state, recording);
      if (recording !== undefined) {
        recordings.push({ file, recording });
        if (file.sizeBytes > MAX_PRAIRIE_BYTES) {
          notes.push({ path: relPath, reason: "Prairie View's XML of more than 8 MiB: it is not read" });
        }
      }
    } catch (error) {
      if (!isLegacyIoError(error) && !isSystemError(error)) {
        throw error;
      }
      if (isBesideImage.has(relPath)) {
        continue;
      }
      notes.push({ path: relPath, reason: `this XML of Prairie View is not used: ${error.message}` });
    }
  }
  const placed = placeRecordings(scan, recordings);
  return { scan: placed.scan, notes: [...notes, ...placed.notes] };
}

/** Every XML of the folder, once. */
function candidates({ bundles, unrecognised }: FolderScan): readonly BundleFile[] {
  const files = new Map<string, BundleFile>();
  for (const { path, relPath, sizeBytes, mtimeNs, isOnlineOnly } of [
    ...bundles.flatMap(({ sidecars }) => sidecars),
    ...unrecognised,
  ]) {
    if (/\.xml$/i.test(relPath) && isOnlineOnly !== true) {
      files.set(relPath, { path, relPath, sizeBytes, mtimeNs });
    }
  }
  return [...files.values()];
}

async function readRecording(path: string, { sizeBytes }: BundleFile): Promise<PrairieRecording | undefined> {
  const head = await startOf(path);
  if (!isPrairieXml(head)) {
    return undefined;
  }
  return sizeBytes > MAX_PRAIRIE_BYTES ? kindOf(head) : readPrairie(await readWholeFile(path));
}

/** The recording without its files: only which kind it is. */
function kindOf(head: Uint8Array): PrairieRecording {
  const [, type = ""] = /<Sequence\s[^<>]*?\btype="([^"<>]*)"/.exec(new TextDecoder().decode(head)) ?? [];
  const sequence = { type, cycle: 1, timeText: undefined, line: undefined, frames: [] };
  return { version: undefined, dateText: undefined, whole: {}, sequences: [sequence], problems: [] };
}

async function startOf(path: string): Promise<Uint8Array> {
  await using file = await open(path, "r");
  const { bytesRead, buffer } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
