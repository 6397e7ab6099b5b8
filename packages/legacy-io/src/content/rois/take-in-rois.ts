// Adds the ROIs of other programs' files to an image: clipped to it, without duplicates, with ids that stay.

import { geometryHash, isRoiError, type NewRoi, type PlaneSize, type Roi, RoiSet } from "@kym/roi";
import type { FoundRois } from "../../formats/rois/found-rois.ts";
import { TIFF_PLACES } from "../../formats/rois/rois-of-tags.ts";
import { type ComparedRoi, comparedRoi, isNamed, isSameRoi } from "./same-roi.ts";
import { turnRoi, turnSize } from "./turn-roi.ts";

/** The ROIs of one file. */
export interface RoiFile {
  /** The name of the file, without its folder, as the ROI's source. */
  readonly fileName: string;
  readonly relPath: string;
  readonly found: FoundRois;
}

/** The ids that ROIs of files have, by their keys, and the highest one that was ever given. */
export interface GivenRoiIds {
  readonly ids: ReadonlyMap<string, number>;
  readonly highWaterMark: number;
}

export interface RoisToTakeIn {
  /** Rows and columns of the image. */
  readonly size: PlaneSize;
  /** True if rows and columns of the files are columns and rows of the image. Default false. */
  readonly isTurned?: boolean | undefined;
  readonly files: readonly RoiFile[];
  /** The ROIs that the image has already. */
  readonly present: readonly Roi[];
  /** Keys of ROIs that whoever wrote `present` had already; they may have been edited or deleted since. */
  readonly takenBefore: ReadonlyMap<string, number>;
  /** The ids that ROIs had when the image was last read. */
  readonly before: GivenRoiIds;
}

export interface TakenInRois {
  /** The ROIs to add, with their source in `extra.came_from`. */
  readonly rois: readonly Roi[];
  /** The id of each ROI that a file holds, by its key: of new ROIs, and of those that are among `present`. */
  readonly ids: ReadonlyMap<string, number>;
  readonly notes: readonly { readonly path: string; readonly reason: string }[];
  /** Paths of files some of whose ROIs could not be added. */
  readonly incomplete: ReadonlySet<string>;
}

/** The key in `extra` that says where a ROI came from: a list of `{ file, place }`. */
export const CAME_FROM = "came_from";

/** The most ROIs, and points of all ROIs together, that are added to an image. */
const [MOST_ROIS, MOST_POINTS] = [10_000, 2_000_000];
/** Problems of one file that are listed one by one. */
const MOST_PROBLEMS = 20;

interface Source {
  readonly file: string;
  readonly place: string;
}

/** A ROI among those of the image: one that it has already, or a new one. */
interface Entry {
  compared: ComparedRoi;
  readonly isNew: boolean;
  readonly keys: string[];
  readonly sources: Source[];
}

/**
 * Adds the ROIs of files. The same ROI in several files comes in once: the first file gives its name, and ImageJ's bytes come
 * from the first file that has them. Two equal ROIs of one file are two.
 */
export function takeInRois({
  size,
  isTurned = false,
  files,
  present,
  takenBefore,
  before,
}: RoisToTakeIn): TakenInRois {
  const entries: Entry[] = present.map((roi) => ({
    compared: comparedRoi(roi),
    isNew: false,
    keys: [],
    sources: [],
  }));
  const rows = new Map<number, Entry[]>();
  const remember = (some: readonly Entry[]): void => {
    for (const entry of some) {
      const { row } = entry.compared;
      const list = rows.get(row) ?? [];
      rows.set(row, list);
      list.push(entry);
    }
  };
  remember(entries);
  const notes: TakenInRois["notes"][number][] = [];
  const incomplete = new Set<string>();
  const ids = new Map<string, number>();
  let numPoints = 0;
  for (const { fileName, relPath, found } of files) {
    const problems = [...found.problems];
    const keysHere = new Map<string, number>();
    let taken = new Set<Entry>();
    let fresh: Entry[] = [];
    let group: string | undefined;
    for (const { draft, place } of found.rois) {
      const sources = sourcesOf(draft) ?? [{ file: fileName, place }];
      // The selection of a TIFF may be part of its overlay, so they count as two files.
      if ((place === TIFF_PLACES.selection) !== (group === TIFF_PLACES.selection)) {
        remember(fresh);
        [taken, fresh] = [new Set(), []];
      }
      group = place;
      const roi = placed(draft, { file: fileName, place }, size, isTurned);
      if (typeof roi === "string") {
        problems.push(
          `${draft.name === "" || draft.name === undefined ? "a ROI" : `ROI ${JSON.stringify(draft.name)}`}: ${roi}`,
        );
        continue;
      }
      const key = keyOf(roi, keysHere);
      const known = takenBefore.get(key);
      if (known !== undefined) {
        ids.set(key, known);
        continue;
      }
      const compared = comparedRoi(roi);
      const near = [-1, 0, 1].flatMap((step) => rows.get(compared.row + step) ?? []);
      const same = near.find((entry) => !taken.has(entry) && isSameRoi(entry.compared, compared));
      if (same !== undefined) {
        taken.add(same);
        same.keys.push(key);
        same.sources.push(...sources);
        same.compared = same.isNew
          ? { ...same.compared, roi: completed(same.compared.roi, roi) }
          : same.compared;
        continue;
      }
      numPoints += compared.outline.length;
      if (entries.length >= MOST_ROIS || numPoints > MOST_POINTS) {
        problems.push(`only the first ${entries.length} ROIs of the image are kept`);
        break;
      }
      const entry: Entry = { compared, isNew: true, keys: [key], sources: [...sources] };
      entries.push(entry);
      fresh.push(entry);
    }
    remember(fresh);
    if (problems.length > 0) {
      incomplete.add(relPath);
      notes.push(...inWords(problems).map((reason) => ({ path: relPath, reason })));
    }
  }
  return { ...numbered(entries, ids, before), notes, incomplete };
}

/** Puts a ROI into the plane of its file, then into the image; returns the reason if no part of it lies there. */
function placed(draft: NewRoi, source: Source, size: PlaneSize, isTurned: boolean): Roi | string {
  try {
    const note = draft.note === undefined || draft.note === "" ? undefined : draft.note;
    const from = sourceText(source);
    const isOwnNote = note !== undefined && !note.startsWith("ImageJ ");
    const isSaid = sourcesOf(draft) !== undefined;
    const said = isSaid ? note : note === undefined ? from : isOwnNote ? note : `${note}; ${from}`;
    const roi = RoiSet.empty(isTurned ? turnSize(size) : size)
      .create({ ...draft, note: said })
      .require(1);
    return isTurned ? turnRoi(roi) : roi;
  } catch (error) {
    if (isRoiError(error)) {
      return error.message;
    }
    throw error;
  }
}

/** The sources that a ROI has already, because it was added before. */
function sourcesOf({ extra = {} }: Pick<NewRoi, "extra">): readonly Source[] | undefined {
  const came = extra[CAME_FROM];
  return Array.isArray(came) ? (came as readonly Source[]) : undefined;
}

function sourceText({ file, place }: Source): string {
  return place === TIFF_PLACES.overlay || place === TIFF_PLACES.selection
    ? `from the ${place} of ${file}`
    : `from ${file}`;
}

/** Names a ROI of a file by its place in the image and its name; equal ones of one file are numbered. */
function keyOf(roi: Roi, keysHere: Map<string, number>): string {
  const plain = `${geometryHash(roi).slice(0, 16)} ${isNamed(roi) ? roi.name : ""}`;
  const count = (keysHere.get(plain) ?? 0) + 1;
  keysHere.set(plain, count);
  return count === 1 ? plain : `${plain} (${count})`;
}

/** A ROI with a name and ImageJ's bytes from another file, if it has none. */
function completed(roi: Roi, other: Roi): Roi {
  const name = isNamed(roi) ? roi.name : isNamed(other) ? other.name : roi.name;
  const { imagej } = other.extra;
  const extra = "imagej" in roi.extra || imagej === undefined ? roi.extra : { ...roi.extra, imagej };
  return { ...roi, name, extra };
}

function numbered(
  entries: readonly Entry[],
  ids: Map<string, number>,
  before: GivenRoiIds,
): Pick<TakenInRois, "rois" | "ids"> {
  const used = new Set(entries.flatMap(({ isNew, compared }) => (isNew ? [] : [compared.roi.id])));
  const fresh = entries.filter(({ isNew }) => isNew);
  const idOf = new Map<Entry, number>();
  const claim = (entry: Entry, id: number | undefined): void => {
    if (id !== undefined && !used.has(id) && !idOf.has(entry)) {
      used.add(id);
      idOf.set(entry, id);
    }
  };
  for (const entry of fresh) {
    for (const key of entry.keys) {
      claim(entry, before.ids.get(key));
    }
  }
  const names = idsByName(before.ids);
  for (const entry of fresh) {
    claim(entry, names.get(nameOfKey(entry.keys[0] ?? "")));
  }
  let highest = Math.max(before.highWaterMark, ...used, 0);
  const rois = fresh.map((entry): Roi => {
    const id = idOf.get(entry) ?? ++highest;
    const { roi } = entry.compared;
    return { ...roi, id, extra: { ...roi.extra, [CAME_FROM]: entry.sources } };
  });
  const newIds = new Map(fresh.map((entry, index) => [entry, rois[index]?.id ?? 0]));
  for (const entry of entries) {
    for (const key of entry.keys) {
      ids.set(key, newIds.get(entry) ?? entry.compared.roi.id);
    }
  }
  return { rois, ids };
}

/** Ids by the names of their ROIs, as far as a name stands once: a ROI that was moved keeps its id. */
function idsByName(ids: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const names = new Map<string, number | undefined>();
  for (const [key, id] of ids) {
    const name = nameOfKey(key);
    if (name !== "") {
      names.set(name, names.has(name) ? undefined : id);
    }
  }
  return new Map([...names].flatMap(([name, id]) => (id === undefined ? [] : [[name, id] as const])));
}

function nameOfKey(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}

function inWords(problems: readonly string[]): readonly string[] {
  const more = problems.length - MOST_PROBLEMS;
  return more > 0
    ? [...problems.slice(0, MOST_PROBLEMS), `and ${more} more that could not be added`]
    : problems;
}
