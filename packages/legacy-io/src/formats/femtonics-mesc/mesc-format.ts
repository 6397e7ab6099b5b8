// Reads the line scans of Femtonics' files (MESc).

import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { RecordedScan, Recording, RecordingFormat, RecordingLimits } from "../recording-format.ts";
import { type Hdf5Attributes, numberOfAttribute, readAttributes } from "./hdf5/attributes.ts";
import { type Hdf5Dataset, isHdf5Dataset, openHdf5Dataset } from "./hdf5/dataset.ts";
import { isGroup, readLinks } from "./hdf5/group-links.ts";
import { type Hdf5File, openHdf5 } from "./hdf5/hdf5-file.ts";
import { readObject } from "./hdf5/object-header.ts";
import { gapsOf, lineCount, mescDType, readMescLines } from "./mesc-pixels.ts";
import { type MescScan, mescScanOf } from "./mesc-unit.ts";

const SESSION = /^MSession_(\d{1,9})$/;
const UNIT = /^MUnit_(\d{1,9})$/;
const CHANNEL = /^Channel_(\d{1,9})$/;

/**
 * A MESc file is HDF5: sessions (`MSession_0`) with units (`MUnit_0`) with channels (`Channel_0`). A unit with one line a frame, or whose
 * rows are lines in time, is a scan; pixels stay as they are stored. What rests on a description alone: docs/formats.md#femtonics-mesc.
 */
export const mescFormat: RecordingFormat = {
  name: "femtonics_mesc",
  endings: [".mesc"],
  version: 2,
  open: async ({ main, signal }, limits): Promise<Recording> => {
    const file = await openHdf5(main, limits);
    const found: Found = { scans: [], notScans: [], warnings: [] };
    const sessions = await numberedIn(file, file.root, SESSION);
    for (const session of sessions) {
      for (const unit of await numberedIn(file, session.address, UNIT)) {
        await addUnit(file, { ...unit, name: `${session.name}/${unit.name}` }, found, signal);
      }
    }
    if (sessions.length === 0) {
      throw new LegacyIoError("invalid_file", "MESc: it has no session", {
        expected: "MSession_0",
        found: [...(await readLinks(file, await readObject(file, file.root))).keys()].slice(0, 20),
      });
    }
    return found;
  },
};

interface Found {
  readonly scans: RecordedScan[];
  readonly notScans: string[];
  readonly warnings: string[];
}

interface Numbered {
  readonly name: string;
  readonly number: number;
  readonly address: number;
}

/** The objects of a group whose names match, by number. */
async function numberedIn(file: Hdf5File, address: number, pattern: RegExp): Promise<readonly Numbered[]> {
  const group = await readObject(file, address);
  return isGroup(group) ? numberedOf(await readLinks(file, group), pattern) : [];
}

function numberedOf(links: ReadonlyMap<string, number>, pattern: RegExp): readonly Numbered[] {
  return [...links]
    .flatMap(([name, address]) => {
      const number = pattern.exec(name)?.[1];
      return number === undefined ? [] : [{ name, number: Number(number), address }];
    })
    .toSorted((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
}

/** A unit that is not read does not keep the others from being read; a broken one does. */
async function addUnit(
  file: Hdf5File,
  unit: Numbered,
  found: Found,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const opened = await openUnit(file, unit);
    const scan = typeof opened === "string" ? opened : mescScanOf(opened);
    if (typeof opened === "string" || typeof scan === "string") {
      found.notScans.push(typeof opened === "string" ? opened : String(scan));
      return;
    }
    found.warnings.push(...opened.warnings, ...scan.warnings);
    found.scans.push(recordedScan(opened, scan, file.limits, signal));
  } catch (error) {
    if (!isLegacyIoError(error, "not_supported") || file.isSpent()) {
      throw error;
    }
    found.notScans.push(`the unit ${JSON.stringify(unit.name)} (${error.message})`);
  }
}

interface OpenedUnit {
  readonly path: string;
  readonly attributes: Hdf5Attributes;
  readonly shape: readonly number[];
  readonly channels: readonly number[];
  readonly datasets: readonly [Hdf5Dataset, ...Hdf5Dataset[]];
  readonly warnings: readonly string[];
}

async function openUnit(file: Hdf5File, { name, address }: Numbered): Promise<OpenedUnit | string> {
  const group = await readObject(file, address);
  const links = isGroup(group) ? numberedOf(await readLinks(file, group), CHANNEL) : [];
  const attributes = await readAttributes(file, group);
  const datasets: Hdf5Dataset[] = [];
  const channels: number[] = [];
  for (const { number, address: at } of links) {
    const object = await readObject(file, at);
    if (isHdf5Dataset(object)) {
      datasets.push(await openHdf5Dataset(file, object));
      channels.push(number);
    }
  }
  const [first, ...more] = datasets;
  if (first === undefined) {
    return `the unit ${JSON.stringify(name)} without channels`;
  }
  const kindOf = ({ shape, type }: Hdf5Dataset): string =>
    `${type.kind}${8 * type.sizeBytes} ${shape.join(" \u00d7 ")}`;
  const others = more.filter((channel) => kindOf(channel) !== kindOf(first));
  if (others.length > 0) {
    return `the unit ${JSON.stringify(name)} (its channels differ: ${datasets.map(kindOf).join(", ")})`;
  }
  const planned = numberOfAttribute(attributes, "VecChannelsSize");
  const warnings =
    planned === undefined || planned === datasets.length
      ? []
      : [
          `${JSON.stringify(name)}: it says ${planned} channels (VecChannelsSize), and has ${datasets.length}`,
        ];
  return { path: name, attributes, shape: first.shape, channels, datasets: [first, ...more], warnings };
}

function recordedScan(
  { path, datasets }: OpenedUnit,
  scan: MescScan,
  { maxDecodedBytes }: RecordingLimits,
  signal: AbortSignal | undefined,
): RecordedScan {
  const [{ type }] = datasets;
  const dtype = mescDType(type);
  const lines = lineCount(scan.lines);
  const sizeBytes = datasets.length * lines * scan.lines.pixels * type.sizeBytes;
  if (!(sizeBytes <= maxDecodedBytes)) {
    throw new LegacyIoError("not_supported", `MESc: ${sizeBytes} bytes of pixels are more than are read`, {
      expected: maxDecodedBytes,
      found: sizeBytes,
    });
  }
  const isMany = datasets.length > 1;
  const { secondsPerLine, umPerPx, channelNames, start, path: scanPath, more } = scan;
  return {
    name: path,
    dtype,
    shape: [...(isMany ? [datasets.length] : []), lines, scan.lines.pixels],
    axes: [...(isMany ? ["c"] : []), "t", "x"],
    significantBits: type.kind === "uint" && type.bits < 8 * type.sizeBytes ? type.bits : undefined,
    secondsPerLine,
    umPerPx,
    channelNames,
    start,
    gaps: gapsOf(scan.lines),
    path: scanPath,
    more,
    readLines: (from, to, plane) =>
      readMescLines(datasets, scan.lines, dtype, { start: from, stop: to, plane }, signal),
  };
}
