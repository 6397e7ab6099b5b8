// Opens the recordings of a folder and finds the line scans in each, and the files beside it that hold parts of it.

import { resolve } from "node:path";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { BundleFile, FolderScan, LegacyBundle, ScanNote } from "../../folder/bundle.ts";
import { comparePaths, fileNameOf } from "../../folder/compare-paths.ts";
import { pathOfScan, scanNames } from "../../folder/recordings/scan-name.ts";
import { imageStem } from "../../folder/sidecar-name.ts";
import { sidecarsOfImage } from "../../folder/sidecars-of-image.ts";
import { ALL_FORMATS } from "../../formats/all-formats.ts";
import { recordingFormatOf } from "../../formats/all-recording-formats.ts";
import type { RecordingFormat } from "../../formats/recording-format.ts";
import type { SidecarNameRule } from "../../formats/sidecar-format.ts";
import { type OpenRecordingOptions, openRecording } from "./open-recording.ts";

/** What recordings were found to hold, by path and state of their files: those of an earlier call are not opened again. */
export type KnownScans = Map<string, FoundScans | undefined>;

/** What a file holds. */
interface FoundScans {
  readonly names: readonly string[];
  readonly notScans: readonly string[];
}

export interface PlacedScans {
  readonly scan: FolderScan;
  readonly notes: readonly { readonly path: string; readonly reason: string }[];
}

export interface FindScansOptions extends OpenRecordingOptions {
  /** Formats of sidecars. Default: the built-in ones. */
  readonly formats?: readonly SidecarNameRule[] | undefined;
}

/**
 * Makes an image of each line scan in the recordings of a folder. Companions belong to the images of their recording. A recording
 * without a line scan is left alone and named. One that cannot be opened stays an image, so that reading it says why.
 *
 * @param known those of an earlier call, which are not opened again; what is found now is added
 * @throws LegacyIoError `aborted`
 */
export async function findRecordedScans(
  root: string,
  scan: FolderScan,
  { formats = ALL_FORMATS, ...options }: FindScansOptions,
  known: KnownScans = new Map(),
): Promise<PlacedScans> {
  const recordings = scan.bundles.flatMap((bundle) => {
    const format = recordingFormatOf(bundle.image.relPath);
    return format === undefined ? [] : [{ bundle, format }];
  });
  if (recordings.length === 0) {
    return { scan, notes: [] };
  }
  const twins = new Map(
    scan.bundles.flatMap(({ image: { relPath } }) =>
      recordingFormatOf(relPath) === undefined ? [[stemPath(relPath), fileNameOf(relPath)] as const] : [],
    ),
  );
  const companions = companionsOf(scan, recordings);
  const isCompanion = new Set([...companions.values()].flat().map(({ relPath }) => relPath));
  const bundles = new Map<LegacyBundle, readonly LegacyBundle[]>();
  const ignored: ScanNote[] = [];
  const notes: PlacedScans["notes"][number][] = [];
  for (const { bundle, format } of recordings) {
    throwIfAborted(options.signal, LegacyIoError);
    const { image } = bundle;
    const files = companions.get(bundle) ?? [];
    const found =
      image.isOnlineOnly === true ? undefined : await lookInto(root, image, files, options, known);
    const whole = withCompanions(bundle, files, format);
    bundles.set(
      bundle,
      found === undefined ? [whole] : withOwnSidecars(scansOf(whole, found), scan, formats),
    );
    const rival = twins.get(stemPath(image.relPath));
    if (rival !== undefined && found?.names.length !== 0) {
      notes.push({
        path: image.relPath,
        reason: `${rival} has its name: if that was exported from it, both are in the dataset`,
      });
    }
    if (found === undefined) {
      continue;
    }
    const others = found.notScans.join(", ");
    if (found.names.length === 0) {
      const reason = others === "" ? "it has no line scan" : `it has no line scan, only ${others}`;
      for (const { relPath } of [image, ...files, ...bundle.sidecars]) {
        ignored.push({ relPath, reason: `${reason}: left alone` });
      }
      notes.push({ path: image.relPath, reason: `${reason}: left alone` });
    } else if (others !== "") {
      notes.push({ path: image.relPath, reason: `not line scans, left alone: ${others}` });
    }
  }
  const taken = new Set([
    ...isCompanion,
    ...[...bundles.values()].flat().flatMap(({ sidecars }) => sidecars.map(({ relPath }) => relPath)),
  ]);
  const isElsewhere = ({ relPath }: BundleFile): boolean => taken.has(relPath);
  return {
    scan: {
      ...scan,
      bundles: scan.bundles
        .flatMap((bundle) => (isElsewhere(bundle.image) ? [] : (bundles.get(bundle) ?? [bundle])))
        .toSorted((a, b) => comparePaths(a.image.relPath, b.image.relPath)),
      orphans: scan.orphans.flatMap((orphan) => {
        const left = orphan.files.filter((file) => !isElsewhere(file));
        return left.length === 0 ? [] : [{ ...orphan, files: left }];
      }),
      unrecognised: scan.unrecognised.filter((file) => !isElsewhere(file)),
      ignored: [...scan.ignored, ...ignored].toSorted((a, b) => comparePaths(a.relPath, b.relPath)),
    },
    notes,
  };
}

/** The path of an image without its ending. */
function stemPath(relPath: string): string {
  const name = fileNameOf(relPath);
  return `${relPath.slice(0, relPath.length - name.length)}${imageStem(name) ?? name}`;
}

interface FoundRecording {
  readonly bundle: LegacyBundle;
  readonly format: RecordingFormat;
}

/** Asks the format of each recording which files below its folder are parts of it. */
function companionsOf(
  scan: FolderScan,
  recordings: readonly FoundRecording[],
): ReadonlyMap<LegacyBundle, readonly BundleFile[]> {
  if (recordings.every(({ format }) => format.companionsOf === undefined)) {
    return new Map();
  }
  const files = [
    ...scan.bundles.flatMap(({ image, otherChannels, sidecars }) => [image, ...otherChannels, ...sidecars]),
    ...scan.orphans.flatMap((orphan) => orphan.files),
    ...scan.unrecognised,
  ];
  const byPath = new Map(files.map((file) => [file.relPath, file]));
  const taken = new Set<string>();
  return new Map(
    recordings.map(({ bundle, format }) => {
      const { relPath } = bundle.image;
      const folder = relPath.slice(0, relPath.length - fileNameOf(relPath).length);
      const below = [...byPath.keys()]
        .filter((path) => path !== relPath && path.startsWith(folder))
        .map((path) => path.slice(folder.length));
      const named = format.companionsOf?.(fileNameOf(relPath), below) ?? [];
      const own = named.flatMap((name): readonly BundleFile[] => {
        const file = byPath.get(`${folder}${name}`);
        if (file === undefined || taken.has(file.relPath) || recordingFormatOf(file.relPath) !== undefined) {
          return [];
        }
        taken.add(file.relPath);
        const { path, sizeBytes, mtimeNs, isOnlineOnly } = file;
        return [{ path, relPath: file.relPath, sizeBytes, mtimeNs, ...(isOnlineOnly && { isOnlineOnly }) }];
      });
      return [bundle, own.toSorted((a, b) => comparePaths(a.relPath, b.relPath))];
    }),
  );
}

function withCompanions(
  bundle: LegacyBundle,
  files: readonly BundleFile[],
  format: RecordingFormat,
): LegacyBundle {
  const isPart = new Set(files.map(({ relPath }) => relPath));
  return {
    ...bundle,
    otherChannels: files.map((file, at) => ({ ...file, channel: at + 2 })),
    sidecars: bundle.sidecars.filter(({ relPath }) => !isPart.has(relPath)),
    recording: { format: format.name, scan: undefined },
  };
}

/** One image a scan. Of several, the first has the sidecars, which say of none of them that they are its own. */
function scansOf(whole: LegacyBundle, { names }: FoundScans): readonly LegacyBundle[] {
  const { image, recording } = whole;
  if (recording === undefined || names.length < 2) {
    return names.map(() => ({ ...whole, recording: recording && { ...recording, scan: 0 } }));
  }
  return scanNames(names).map((name, scan) => ({
    ...whole,
    image: {
      ...image,
      path: pathOfScan(image.path, name),
      relPath: pathOfScan(image.relPath, name),
      container: image.path,
    },
    stem: pathOfScan(whole.stem, name),
    sidecars: scan === 0 ? whole.sidecars : [],
    recording: { ...recording, scan },
  }));
}

/** Scans with the files beside them that are named after one of several: `scan#Series 2.metadata.json`. */
function withOwnSidecars(
  scans: readonly LegacyBundle[],
  { unrecognised }: FolderScan,
  formats: readonly SidecarNameRule[],
): readonly LegacyBundle[] {
  if (scans.length < 2) {
    return scans;
  }
  return scans.map((bundle) => {
    const name = fileNameOf(bundle.image.relPath);
    const folder = bundle.image.relPath.slice(0, bundle.image.relPath.length - name.length);
    const near = new Map(
      unrecognised.flatMap((file) => {
        const rest = file.relPath.slice(folder.length);
        return file.relPath.startsWith(folder) && rest.startsWith(bundle.stem) ? [[rest, file] as const] : [];
      }),
    );
    const own = sidecarsOfImage(name, [...near.keys()], formats).flatMap(({ fileName, ...content }) => {
      const file = near.get(fileName);
      return file === undefined ? [] : [{ ...file, ...content }];
    });
    return { ...bundle, sidecars: [...bundle.sidecars, ...own] };
  });
}

/** Opens a recording. Undefined if that is not possible. */
async function lookInto(
  root: string,
  image: BundleFile,
  companions: readonly BundleFile[],
  options: OpenRecordingOptions,
  known: KnownScans,
): Promise<FoundScans | undefined> {
  const state = [image, ...companions]
    .map(({ relPath, sizeBytes, mtimeNs }) => `${relPath} ${sizeBytes} ${mtimeNs}`)
    .join("\n");
  if (known.has(state)) {
    return known.get(state);
  }
  let found: FoundScans | undefined;
  try {
    const { recording, close } = await openRecording(resolve(root, image.relPath), options);
    close();
    found = { names: recording.scans.map(({ name }) => name), notScans: recording.notScans };
  } catch (error) {
    if (!isLegacyIoError(error) || error.code === "aborted") {
      throw error;
    }
  }
  known.set(state, found);
  return found;
}
