// Reads the line scans of Femtonics' files (MESc).

import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { RecordedScan, Recording, RecordingFormat, RecordingLimits } from "../recording-format.ts";
import { readLinks } from "./hdf5/group-links.ts";
import { type Hdf5File, openHdf5 } from "./hdf5/hdf5-file.ts";
import { readObject } from "./hdf5/object-header.ts";
import { gapsOf, lineCount, mescDType, readMescLines } from "./mesc-pixels.ts";
import { mescReference } from "./mesc-reference.ts";
import { type MescScan, mescScanOf } from "./mesc-unit.ts";
import { type Numbered, numberedIn, type OpenedUnit, openUnit } from "./open-unit.ts";

const SESSION = /^MSession_(\d{1,9})$/;
const UNIT = /^MUnit_(\d{1,9})$/;

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
    const units = new Map<string, Numbered>();
    for (const session of sessions) {
      for (const unit of await numberedIn(file, session.address, UNIT)) {
        const name = `${session.name}/${unit.name}`;
        units.set(name, { ...unit, name });
      }
    }
    for (const unit of units.values()) {
      await addUnit(file, unit, { found, units }, signal);
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

/** A unit that is not read does not keep the others from being read; a broken one does. */
async function addUnit(
  file: Hdf5File,
  unit: Numbered,
  { found, units }: { readonly found: Found; readonly units: ReadonlyMap<string, Numbered> },
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const opened = await openUnit(file, unit);
    const scan = typeof opened === "string" ? opened : mescScanOf(opened);
    if (typeof opened === "string" || typeof scan === "string") {
      found.notScans.push(typeof opened === "string" ? opened : String(scan));
      return;
    }
    const recorded = recordedScan(opened, scan, file.limits, signal);
    const open = async (path: string): Promise<OpenedUnit | string | undefined> => {
      const other = units.get(path);
      return other && openUnit(file, other);
    };
    const { reference, warnings } = await mescReference(opened, open, signal);
    found.warnings.push(...opened.warnings, ...scan.warnings, ...warnings);
    found.scans.push({ ...recorded, reference });
  } catch (error) {
    if (!isLegacyIoError(error, "not_supported") || file.isSpent()) {
      throw error;
    }
    found.notScans.push(`the unit ${JSON.stringify(unit.name)} (${error.message})`);
  }
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
