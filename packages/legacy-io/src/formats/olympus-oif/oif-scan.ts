// Makes the line scan of a FluoView recording of its planes and settings.

import { itemSizeBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import { knownFacts } from "../evident-oir/known-facts.ts";
import { mergeGaps } from "../evident-oir/oir-channel.ts";
import type {
  LineGap,
  RecordedArray,
  RecordedScan,
  RecordingFiles,
  RecordingLimits,
} from "../recording-format.ts";
import { moreOf, oifSecondsPerLine, oifStart, oifUmPerPx, validBits } from "./oif-facts.ts";
import type { OifFolder } from "./oif-folder.ts";
import { lastPartOf } from "./oif-folder.ts";
import type { OifAxis, OifPlane, OifPlaneNames } from "./oif-names.ts";
import { type OifLines, openOifLines } from "./oif-planes.ts";
import { type OifSettings, readOifSettings } from "./oif-settings.ts";

/** What a scan is made of. */
export interface OifScanSources {
  readonly folder: OifFolder;
  readonly axes: readonly OifAxis[];
  readonly names: OifPlaneNames;
  readonly limits: RecordingLimits;
  readonly files: RecordingFiles;
}

const MOST_ROIS = 16;
const MAX_ROI_BYTES = 2 ** 16;

/** @throws {LegacyIoError} `invalid_file` if no plane is there; as `openOifLines` */
export async function oifScan({
  folder,
  axes,
  names: { planes },
  limits,
  files: { fileName, signal },
}: OifScanSources): Promise<{ readonly scan: RecordedScan; readonly warnings: readonly string[] }> {
  const { main } = folder;
  const opened = await openOifLines(folder, planes, limits, signal);
  if (opened === undefined) {
    const wanted = `${planes[0]?.stem}.tif`;
    const [named = ""] = (main.text("ProfileSaveInfo", "PtyFileNameS") ?? "").split(/[\\/]/);
    const renamed = named === "" || named === folder.place ? "" : `; its settings name the folder ${named}`;
    throw new LegacyIoError(
      "invalid_file",
      `${fileName}: none of its planes is in ${folder.place}, such as ${wanted}${renamed}`,
      { path: fileName, expected: wanted },
    );
  }
  const warnings = [...opened.warnings];
  const properties = await propertiesOf(folder, planes, limits, warnings);
  const axis = (code: string): OifAxis | undefined => axes.find((each) => each.code === code);
  const { lines, gaps } = fillPlan(opened, axis("T")?.size ?? 0, limits, warnings);
  if (main.text("Acquisition Parameters Common", "ScanDirection") === "Roundtrip") {
    warnings.push(
      "the mirrors scanned in both directions: every line is given as it is stored, turned round or not",
    );
  }
  const rois = await roisOf(folder);
  const { width, dtype, channels } = opened;
  return {
    warnings,
    scan: {
      name: "",
      ...shapeOf(opened, lines, "t"),
      dtype,
      significantBits: significantBits(validBits(main, properties), dtype),
      umPerPx: oifUmPerPx(main, properties, axis("X")),
      channelNames: channels.map((channel) => channelName(main, channel)),
      secondsPerLine: oifSecondsPerLine(properties, axis("T"), width),
      start: oifStart(main),
      gaps,
      reference: await referenceOf(folder, planes, limits, signal, warnings),
      more: knownFacts({
        ...moreOf(main, properties, axes),
        rois,
        not_used: notUsed(folder, planes, rois),
      }),
      readLines: bounded(opened, lines),
    },
  };
}

/** The shape and axes of lines, whose axis is `t` in a scan and `y` in a picture. */
function shapeOf(
  { channels, width }: OifLines,
  lines: number,
  axis: string,
): Pick<RecordedArray, "shape" | "axes"> {
  return channels.length > 1
    ? { shape: [channels.length, lines, width], axes: ["c", axis, "x"] }
    : { shape: [lines, width], axes: [axis, "x"] };
}

function bounded({ read, channels }: OifLines, lines: number): RecordedArray["readLines"] {
  return async (start, stop, plane) => {
    const areLines = Number.isSafeInteger(start) && Number.isSafeInteger(stop) && start >= 0 && stop >= start;
    if (!areLines || stop > lines || (plane ?? 0) >= channels.length) {
      throw new LegacyIoError("invalid_argument", `no lines ${start} to ${stop} in a scan of ${lines}`, {
        expected: [0, lines],
        found: [start, stop],
      });
    }
    return read(start, stop, plane);
  };
}

/** The lines that the plan has and the planes have not are a gap at the end. */
function fillPlan(
  { lines: held, gaps, width, dtype, channels, missing }: OifLines,
  plan: number,
  limits: RecordingLimits,
  warnings: string[],
): { readonly lines: number; readonly gaps: readonly LineGap[] } {
  const isBelieved = plan * width * itemSizeBytes(dtype) * channels.length <= limits.maxDecodedBytes;
  const lines = isBelieved ? Math.max(held, plan) : held;
  if (!isBelieved) {
    warnings.push(
      `the plan of ${plan} lines is beyond the limit and is not believed: ${held} lines are read`,
    );
  } else if (plan > 1 && held > plan) {
    warnings.push(`axis T says ${plan} lines and the planes have ${held}: all are read`);
  }
  const all = [...gaps.flat(), ...(lines > held ? [{ firstLine: held, lines: lines - held }] : [])];
  const merged = mergeGaps(all);
  if (missing.length > 0) {
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : "";
    warnings.push(`${missing.slice(0, 5).join(", ")}${more} ${missing.length === 1 ? "is" : "are"} missing`);
  }
  const lacking = gaps.flatMap((each, at) => (each.length > 0 ? [channels[at]] : []));
  if (lacking.length > 0 && lacking.length < channels.length) {
    warnings.push(`lines are missing in channel ${lacking.join(", ")} alone`);
  }
  if (lines > held) {
    warnings.push(`axis T says ${plan} lines and the planes have ${held}`);
  }
  return { lines, gaps: merged };
}

/** The first property file that is there. */
async function propertiesOf(
  folder: OifFolder,
  planes: readonly OifPlane[],
  limits: RecordingLimits,
  warnings: string[],
): Promise<OifSettings | undefined> {
  for (const { stem } of planes) {
    const source = await folder.open(`${stem}.pty`);
    if (source !== undefined) {
      return readOifSettings(source, `${stem}.pty`, limits.maxTextBytes);
    }
  }
  warnings.push(
    `${planes[0]?.stem}.pty is missing in ${folder.place}: it would state the time of a line, Time Per Line`,
  );
  return undefined;
}

/** The picture in which the line was drawn: `s_C001-R001.tif` beside `s_C001.tif`. */
async function referenceOf(
  folder: OifFolder,
  planes: readonly OifPlane[],
  limits: RecordingLimits,
  signal: AbortSignal | undefined,
  warnings: string[],
): Promise<RecordedArray | undefined> {
  const channels = new Map<number, OifPlane>();
  for (const plane of planes) {
    if (!channels.has(plane.channel)) {
      channels.set(plane.channel, { ...plane, stem: `${plane.stem}-R001` });
    }
  }
  const stems = [...channels.values()];
  const opened = await openOifLines(folder, stems, limits, signal);
  if (opened === undefined) {
    return undefined;
  }
  warnings.push(...opened.warnings);
  const [source, stem] = [await folder.open(`${stems[0]?.stem}.pty`), stems[0]?.stem ?? ""];
  const properties = source && (await readOifSettings(source, `${stem}.pty`, limits.maxTextBytes));
  return {
    name: stem,
    dtype: opened.dtype,
    ...shapeOf(opened, opened.lines, "y"),
    significantBits: significantBits(validBits(folder.main, properties), opened.dtype),
    umPerPx: properties === undefined ? [] : oifUmPerPx(properties, properties, undefined),
    channelNames: opened.channels.map((channel) => channelName(folder.main, channel)),
    readLines: bounded(opened, opened.lines),
  };
}

/** The ROI files that the main file names, as they are: how they spell a line is not known. */
async function roisOf(folder: OifFolder): Promise<Readonly<Record<string, unknown>>> {
  const rois: Record<string, unknown> = {};
  for (let at = 0; at < MOST_ROIS; at++) {
    const name = lastPartOf(folder.main.text("ProfileSaveInfo", `RoiFileName${at}`) ?? "");
    const source = name === "" ? undefined : await folder.open(name);
    if (source !== undefined && source.sizeBytes <= MAX_ROI_BYTES) {
      rois[name] = (await readOifSettings(source, name, MAX_ROI_BYTES)).toJson();
    }
  }
  return rois;
}

/** Files of the recording that nothing above reads, if they can be listed. */
function notUsed(
  { names }: OifFolder,
  planes: readonly OifPlane[],
  rois: Readonly<Record<string, unknown>>,
): readonly string[] | undefined {
  const used = new Set(planes.flatMap(({ stem }) => [stem, `${stem}-R001`]));
  return names?.filter(
    (name) => !(name in rois) && !/\.oif$/i.test(name) && !used.has(name.replace(/\.[a-z]+$/i, "")),
  );
}

function channelName(main: OifSettings, channel: number): string {
  return main.text(`Channel ${channel} Parameters`, "CH Name") ?? `channel ${channel}`;
}

function significantBits(bits: number | undefined, dtype: OifLines["dtype"]): number | undefined {
  const isWhole = dtype.startsWith("int") || dtype.startsWith("uint");
  return isWhole && bits !== undefined && bits < itemSizeBytes(dtype) * 8 ? bits : undefined;
}
