import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import type { ImageJRoi } from "../../../src/exchange/imagej/imagej-roi.ts";
import { crc32 } from "../../../src/exchange/zip/crc32.ts";
import { writeZip } from "../../../src/exchange/zip/write-zip.ts";
import { parseImageJRoi, readImageJRois, roiFromImageJ, writeImageJRoi } from "../../../src/imagej/index.ts";
import { isRoiError } from "../../../src/index.ts";
import { naiveImageJRoi } from "./naive-imagej-roi.ts";
import { naiveZip } from "./naive-zip.ts";
import { CUBIC_PATH, changed, composite, textRoi } from "./other-selections.ts";

/** A reader, valid bytes to start from, and a second, independent reader to compare with. */
interface Reader {
  readonly name: string;
  readonly sound: Uint8Array;
  readonly read: (bytes: Uint8Array) => unknown;
  /** May use what was found only to leave out refused entries. */
  readonly truth: (bytes: Uint8Array, found: unknown) => unknown;
}

export interface FuzzTally {
  readonly name: string;
  runs: number;
  /** Read correctly. */
  same: number;
  /** Refused by a typed error. */
  refused: number;
  /** Read to a wrong value, or failed in another way: must not happen. */
  readonly faults: string[];
}

type Random = (below: number) => number;

/** The most decisive values of a byte: 0, the ends of signed and unsigned numbers, and the bits of the options. */
const INTERESTING = [0, 1, 0x7f, 0x80, 0xec, 0xed, 0xff];

/**
 * Feeds each reader its valid bytes with changes: one bit at every `every`-th place, then `mutations` random
 * but repeatable ones.
 */
export async function fuzzImageJ(size: {
  readonly every: number;
  readonly mutations: number;
}): Promise<readonly FuzzTally[]> {
  const tallies: FuzzTally[] = [];
  for (const reader of READERS) {
    const { name, sound } = reader;
    const tally: FuzzTally = { name, runs: 0, same: 0, refused: 0, faults: [] };
    const random = randomFrom(1);
    const bits = Math.ceil((sound.length * 8) / size.every);
    await tryOne(reader, sound, tally);
    for (let run = 0; run < bits + size.mutations; run++) {
      await tryOne(
        reader,
        run < bits ? withFlippedBit(sound, run * size.every) : mutated(sound, random),
        tally,
      );
    }
    tallies.push(tally);
  }
  return tallies;
}

async function tryOne({ read, truth }: Reader, bytes: Uint8Array, tally: FuzzTally): Promise<void> {
  const run = tally.runs++;
  try {
    const value = await read(bytes);
    const [found, said] = [shown(value), shown(truth(bytes, value))];
    if (found === said) {
      tally.same++;
    } else {
      tally.faults.push(`run ${run}: read ${found.slice(0, 300)}, not ${said.slice(0, 300)}`);
    }
  } catch (error) {
    if (isRoiError(error)) {
      tally.refused++;
    } else {
      tally.faults.push(`run ${run}: ${String(error)}`);
    }
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, each) => {
    if (typeof each !== "number" || Number.isInteger(each)) {
      return each;
    }
    // The two ways to compute a curve may round differently.
    return Number.isFinite(each) && Math.abs(each) >= 1 ? Number(each.toFixed(4)) : String(each);
  });
}

const OUTLINE = [
  { x: 1, y: 2 },
  { x: 50, y: 2 },
  { x: 30, y: 60 },
  { x: 7, y: 31 },
];
const name = "vessel µm";
const position = { slice: 0, c: 2, z: 3, t: 0 };
const RECT = writeImageJRoi({ type: "rect", name, position, bounds: { x: 1, y: 2, width: 3, height: 4 } });
const FRACTIONS = OUTLINE.map(({ x, y }) => ({ x: x + 0.5, y: y + 0.25 }));
const POLYGON = writeImageJRoi({ type: "polygon", name, position, coordinates: OUTLINE });
const POLYLINE = writeImageJRoi({ type: "polyline", coordinates: FRACTIONS });
const ROIS: Readonly<Record<string, Uint8Array>> = {
  "rect.roi": RECT,
  "rect of fractions.roi": writeImageJRoi({ type: "rect", bounds: { x: 1.5, y: 2, width: 3, height: 4 } }),
  "line.roi": writeImageJRoi({ type: "line", name, coordinates: OUTLINE.slice(0, 2) }),
  "polygon.roi": POLYGON,
  "polyline of fractions.roi": POLYLINE,
  "oval.roi": changed(RECT, { 6: 2 }),
  "point.roi": writeImageJRoi({ type: "point", name, position, coordinates: OUTLINE }),
  "composite.roi": composite(CUBIC_PATH),
  "text.roi": textRoi("a note"),
};
const FILES = [
  { name: "a.roi", bytes: RECT },
  { name: "b µ.roi", bytes: POLYGON },
  { name: "c.roi", bytes: POLYLINE },
];

const READERS: readonly Reader[] = [
  ...Object.entries(ROIS).map(([file, sound]) => ({
    name: file,
    sound,
    read: parseImageJRoi,
    truth: naiveImageJRoi,
  })),
  { name: "RoiSet.zip, stored", sound: writeZip(FILES), read: readZip, truth: zipTruth },
  { name: "RoiSet.zip, deflated as by Java", sound: javaZip(FILES), read: readZip, truth: zipTruth },
];

interface FoundInZip {
  /** The entry's name, the draft and the ignored fields of each ROI. */
  readonly rois: readonly unknown[];
  readonly skipped: readonly string[];
  readonly numEntries: number;
}

async function readZip(bytes: Uint8Array): Promise<FoundInZip> {
  const { rois, failed, skipped } = await readImageJRois(bytes);
  if (!failed.every(({ error }) => isRoiError(error))) {
    throw new Error("an entry failed without a typed error");
  }
  if (failed[0] !== undefined && rois.length === 0) {
    throw failed[0].error;
  }
  const numEntries = rois.length + failed.length + skipped.length;
  const found = rois.map(({ source, draft: { extra: _, ...draft }, ignored }) => [source, draft, ignored]);
  return { rois: found, skipped, numEntries };
}

/**
 * Reads the zip's entries and the ROIs in them with independent code; only the mapping from selections to ROIs
 * is shared. An entry that could be read may be refused, such as one whose local header is of another kind, but
 * no entry may be read differently.
 */
function zipTruth(bytes: Uint8Array, found: unknown): FoundInZip {
  const entries = bytes[0] === 0x49 ? [{ name: "", bytes }] : naiveZip(bytes);
  const isRoi = ({ name }: { readonly name: string }): boolean =>
    name === "" || (/\.roi$/i.test(name) && !name.startsWith("__MACOSX/"));
  const left = (found as FoundInZip).rois.map(shown);
  const rois = entries
    .filter(isRoi)
    .map(naiveImport)
    .filter((roi) => {
      const isFound = roi !== undefined && shown(roi) === left[0];
      left.splice(0, isFound ? 1 : 0);
      return isFound;
    });
  const skipped = entries.filter((entry) => !isRoi(entry)).map(({ name }) => name);
  return { rois, skipped, numEntries: entries.length };
}

function naiveImport(entry: { readonly name: string; readonly bytes?: Uint8Array }): unknown {
  try {
    const { draft, ignored } = roiFromImageJ(naiveImageJRoi(entry.bytes!) as ImageJRoi);
    const last = entry.name.split(/[/\\]/).at(-1)?.slice(0, -4);
    return [entry.name, { ...draft, name: draft.name || last }, ignored];
  } catch {
    return undefined;
  }
}

/** Writes a zip as `java.util.zip` does: deflated, with sizes and checksum after the bytes and in the list only. */
function javaZip(files: typeof FILES): Uint8Array {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const nameBytes = Buffer.from(file.name);
    const packed = deflateRawSync(file.bytes);
    const local = Buffer.alloc(30);
    local.write("504b03041400080808000000210000000000", "hex");
    local.writeUInt16LE(nameBytes.length, 26);
    const behind = Buffer.alloc(16);
    behind.write("504b0708", "hex");
    const listed = Buffer.alloc(46);
    listed.write("504b010214001400080808000000210000000000", "hex");
    for (const [buffer, at] of [
      [behind, 4],
      [listed, 16],
    ] as const) {
      buffer.writeUInt32LE(crc32(file.bytes), at);
      buffer.writeUInt32LE(packed.length, at + 4);
      buffer.writeUInt32LE(file.bytes.length, at + 8);
    }
    listed.writeUInt16LE(nameBytes.length, 28);
    listed.writeUInt32LE(offset, 42);
    parts.push(local, nameBytes, packed, behind);
    list.push(listed, nameBytes);
    offset += local.length + nameBytes.length + packed.length + behind.length;
  }
  const end = Buffer.alloc(22);
  end.write("504b0506", "hex");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(list).length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...parts, ...list, end]));
}

function withFlippedBit(bytes: Uint8Array, bit: number): Uint8Array {
  const at = bit >> 3;
  return bytes.with(at, (bytes[at] ?? 0) ^ (1 << (bit & 7)));
}

/** One to four changes: a byte, a bit or a field is changed, or bytes are cut out, doubled, moved or inserted. */
function mutated(sound: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = sound;
  for (let changes = random(2) === 0 ? 1 : 1 + random(4); changes > 0 && bytes.length > 0; changes--) {
    const at = random(bytes.length);
    const length = 1 + random(Math.min(16, bytes.length - at));
    const [before, slice, after] = [
      bytes.subarray(0, at),
      bytes.subarray(at, at + length),
      bytes.subarray(at + length),
    ];
    switch (random(6)) {
      case 0:
        bytes = withFlippedBit(bytes, random(bytes.length * 8));
        break;
      case 1:
        bytes = bytes.with(at, random(256));
        break;
      case 2:
        bytes = bytes.with(at, INTERESTING[random(INTERESTING.length)] ?? 0);
        break;
      case 3:
        bytes = Buffer.concat([before, slice.map(() => INTERESTING[random(INTERESTING.length)] ?? 0), after]);
        break;
      case 4:
        bytes = Buffer.concat(random(2) === 0 ? [before, after] : [before, slice, slice, after]);
        break;
      default:
        bytes = random(4) === 0 ? before : Buffer.concat([before, Uint8Array.of(random(256)), slice, after]);
    }
  }
  return new Uint8Array(bytes);
}

function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
