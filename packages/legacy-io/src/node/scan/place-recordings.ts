// Joins the recordings of Prairie View with the images of their folders, by what their XML says.

import type { BundleFile, FolderScan, LegacyBundle, ScanNote } from "../../folder/bundle.ts";
import { comparePaths, fileNameOf } from "../../folder/compare-paths.ts";
import { imageStem } from "../../folder/sidecar-name.ts";
import { PICTURE, prairiePictureName, prairieTiffName } from "../../formats/prairie/prairie-name.ts";
import { isLineScan, type PrairieRecording } from "../../formats/prairie/prairie-recording.ts";
import { type FoundSequence, foundIn, sequenceFinder, wordsOf } from "../../formats/prairie/prairie-scan.ts";
import { MAX_PRAIRIE_BYTES } from "../../formats/prairie/read-prairie.ts";
import { prairieXmlFormat } from "../../formats/sidecars/prairie-xml-format.ts";

/** An XML of the folder that was read. */
export interface ReadRecording {
  readonly file: BundleFile;
  readonly recording: PrairieRecording;
}

export interface PlacedRecordings {
  readonly scan: FolderScan;
  readonly notes: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Gives each image the XML that names it, also after files were renamed, and takes out what is not a line scan: the frames of other
 * recordings, and pictures in which lines were drawn. What is taken out, and what an XML names and is not there, has a note.
 */
export function placeRecordings(scan: FolderScan, recordings: readonly ReadRecording[]): PlacedRecordings {
  const notes: PlacedRecordings["notes"][number][] = [];
  const ignored: ScanNote[] = [];
  const bundles = new Map(scan.bundles.map((bundle) => [bundle.image.relPath, bundle]));
  const leaveAlone = (relPath: string, reason: string): void => {
    ignored.push({ relPath, reason });
  };
  const recordingsOf = Map.groupBy(recordings, ({ file }) => folderOf(file.relPath));
  const bundlesOf = Map.groupBy(scan.bundles, ({ image }) => folderOf(image.relPath));
  for (const [folder, some] of recordingsOf) {
    const images = bundlesOf.get(folder) ?? [];
    const claims = claimsOf(some, images);
    for (const { file, recording } of some) {
      const claimed = claims.get(file) ?? [];
      const others = claimed.filter(({ found }) => found === undefined || !isLineScan(found.sequence));
      const isAny = recording.sequences.some(isLineScan);
      const out = others.filter(({ found }) => found !== undefined || !isAny);
      for (const { bundle } of out) {
        bundles.delete(bundle.image.relPath);
        for (const one of [bundle.image, ...bundle.otherChannels, ...bundle.sidecars]) {
          leaveAlone(one.relPath, NOT_A_SCAN);
        }
      }
      notes.push(...outNotes(file, recording, out));
      const scans = claimed.filter((claim) => !out.includes(claim));
      const isRead = file.sizeBytes <= MAX_PRAIRIE_BYTES;
      for (const { bundle } of isRead ? scans : []) {
        addTo(bundles, bundle.image.relPath, { ...file, kind: prairieXmlFormat.name });
      }
      const isOut = placePictures(images, scans, bundles);
      notes.push(...isOut.map((path) => ({ path, reason: IS_PICTURE })));
      notes.push(...missingNotes(file, recording, scans));
      if (scans.length === 0) {
        leaveAlone(file.relPath, isAny ? "a recording without its TIFFs" : NOT_A_SCAN);
      }
    }
  }
  for (const { relPath } of scan.unrecognised) {
    const stem = imageStem(fileNameOf(relPath));
    if (stem !== undefined && prairiePictureName(stem) !== undefined) {
      leaveAlone(relPath, IS_PICTURE);
      notes.push({ path: relPath, reason: `${IS_PICTURE}: left alone` });
    }
  }
  const kept = [...bundles.values()];
  const isUsed = new Set(kept.flatMap((bundle) => filesOf(bundle)));
  const isIgnored = new Map(
    ignored.flatMap((note) => (isUsed.has(note.relPath) ? [] : [[note.relPath, note] as const])),
  );
  return {
    scan: {
      ...scan,
      bundles: kept,
      unrecognised: scan.unrecognised.filter(
        ({ relPath }) => !isUsed.has(relPath) && !isIgnored.has(relPath),
      ),
      ignored: [...scan.ignored, ...isIgnored.values()].toSorted((a, b) =>
        comparePaths(a.relPath, b.relPath),
      ),
    },
    notes,
  };
}

const NOT_A_SCAN = "of a recording with Prairie View that is not a line scan";
const IS_PICTURE = "a picture in which a line was drawn, or one for reference, not a scan";

/** An image that belongs to a recording; `found` is undefined if the XML does not name it. */
interface Claim {
  readonly bundle: LegacyBundle;
  readonly found: FoundSequence | undefined;
}

/** The images of each XML: those that it names, and those whose names begin as its own does. */
function claimsOf(
  recordings: readonly ReadRecording[],
  images: readonly LegacyBundle[],
): ReadonlyMap<BundleFile, readonly Claim[]> {
  const claims = new Map<BundleFile, Claim[]>();
  const taken = new Set<LegacyBundle>();
  const claim = (file: BundleFile, bundle: LegacyBundle, found: FoundSequence | undefined): void => {
    taken.add(bundle);
    const ofFile = claims.get(file) ?? [];
    claims.set(file, ofFile);
    ofFile.push({ bundle, found });
  };
  for (const { file, recording } of recordings) {
    const find = sequenceFinder(recording);
    const named = new Set(foundIn(recording).map(({ file: one }) => composed(one.fileName)));
    const base = composed(stemOf(file));
    for (const bundle of images) {
      const isNamed = named.has(composed(fileNameOf(bundle.image.relPath)));
      const isOfBase = composed(prairieTiffName(bundle.stem)?.base ?? bundle.stem) === base;
      if (!taken.has(bundle) && (isNamed || isOfBase)) {
        claim(file, bundle, find(fileNameOf(bundle.image.relPath)));
      }
    }
  }
  // TIFFs that were renamed without their XML, or the other way round: the only ones of the folder belong together.
  const [lone, ...moreXml] = recordings.filter(({ file }) => !claims.has(file));
  const open = images.filter((bundle) => !taken.has(bundle) && prairieTiffName(bundle.stem) !== undefined);
  const bases = new Set(open.map(({ stem }) => prairieTiffName(stem)?.base));
  if (lone !== undefined && moreXml.length === 0 && bases.size === 1) {
    const find = sequenceFinder(lone.recording);
    for (const bundle of open) {
      const found = find(fileNameOf(bundle.image.relPath));
      if (found !== undefined) {
        claim(lone.file, bundle, found);
      }
    }
  }
  return claims;
}

/** Gives the pictures that the XML names, and that were taken for images, to the image of their cycle. Returns their paths. */
function placePictures(
  images: readonly LegacyBundle[],
  scans: readonly Claim[],
  bundles: Map<string, LegacyBundle>,
): readonly string[] {
  const placed: string[] = [];
  const isScan = new Set(scans.map(({ bundle }) => bundle));
  for (const { bundle, found } of scans) {
    const sources = new Set(found?.frame.files.flatMap(({ source }) => (source ? [composed(source)] : [])));
    for (const picture of images) {
      const { relPath } = picture.image;
      if (!isScan.has(picture) && bundles.has(relPath) && sources.has(composed(fileNameOf(relPath)))) {
        bundles.delete(relPath);
        addTo(bundles, bundle.image.relPath, { ...picture.image, kind: PICTURE });
        placed.push(relPath);
      }
    }
  }
  return placed;
}

function addTo(
  bundles: Map<string, LegacyBundle>,
  image: string,
  sidecar: LegacyBundle["sidecars"][number],
): void {
  const bundle = bundles.get(image);
  if (bundle !== undefined && !bundle.sidecars.some(({ relPath }) => relPath === sidecar.relPath)) {
    const sidecars = [...bundle.sidecars, sidecar].toSorted((a, b) => comparePaths(a.relPath, b.relPath));
    bundles.set(image, { ...bundle, sidecars });
  }
}

/** Names at most so many files in a sentence. */
const NAMED = 3;

function outNotes(
  { relPath: path }: BundleFile,
  { sequences }: PrairieRecording,
  out: readonly Claim[],
): PlacedRecordings["notes"] {
  const byType = Map.groupBy(
    out.flatMap(({ bundle, found }) => {
      const sequence = found?.sequence ?? sequences[0];
      return sequence === undefined ? [] : [{ bundle, sequence }];
    }),
    ({ sequence }) => wordsOf(sequence),
  );
  const files = [...byType].map(([words, some]) => ({
    path,
    reason: `${words}, not a line scan: left alone ${listed(some.flatMap(({ bundle }) => tiffsOf(bundle)))}`,
  }));
  const kinds = [...new Set(sequences.filter((one) => !isLineScan(one)).map(wordsOf))];
  return files.length > 0
    ? files
    : kinds
        .slice(0, NAMED)
        .map((words) => ({ path, reason: `${words}, not a line scan: none of its TIFFs is here` }));
}

/** The TIFFs of line scans that the XML names and that are not there. */
function missingNotes(
  { relPath: path }: BundleFile,
  recording: PrairieRecording,
  scans: readonly Claim[],
): PlacedRecordings["notes"] {
  const find = sequenceFinder(recording);
  const here = new Set(
    scans.flatMap(({ bundle }) => tiffsOf(bundle).map((name) => find(name)?.file.fileName)),
  );
  const missing = foundIn(recording).flatMap(({ sequence, file }) =>
    isLineScan(sequence) && !here.has(file.fileName) ? [file.fileName] : [],
  );
  return missing.length === 0 ? [] : [{ path, reason: `not here, though it names them: ${listed(missing)}` }];
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function tiffsOf({ image, otherChannels }: LegacyBundle): readonly string[] {
  return [image, ...otherChannels].map(({ relPath }) => fileNameOf(relPath));
}

function filesOf({ image, otherChannels, sidecars }: LegacyBundle): readonly string[] {
  return [image, ...otherChannels, ...sidecars].map(({ relPath }) => relPath);
}

function stemOf({ relPath }: BundleFile): string {
  return fileNameOf(relPath).replace(/\.xml$/i, "");
}

function composed(name: string): string {
  return name.normalize("NFC");
}

function folderOf(relPath: string): string {
  return relPath.slice(0, relPath.lastIndexOf("/") + 1);
}
