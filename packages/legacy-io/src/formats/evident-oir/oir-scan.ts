// Makes line scans of the blocks and facts of an OIR recording.

import { itemSizeBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import type {
  LineGap,
  RecordedArray,
  RecordedScan,
  RecordingLimits,
  StatedStart,
} from "../recording-format.ts";
import { gapsOf, mergeGaps, placeBlocks } from "./oir-channel.ts";
import type { OirFacts } from "./oir-facts.ts";
import type { OirFileSet } from "./oir-files.ts";
import { linesHeld, type OirPlanes } from "./oir-planes.ts";
import { channelName, oirDType, readRows, significantBits } from "./oir-samples.ts";

/** What a scan is made of. */
export interface OirScanSources {
  readonly planes: OirPlanes;
  readonly facts: OirFacts;
  readonly set: OirFileSet;
  readonly limits: RecordingLimits;
  readonly name: string;
  readonly reference: RecordedArray | undefined;
  readonly more: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
}

/** A scan before its pixels are asked for. */
export interface OirScanParts {
  readonly scan: RecordedScan;
  readonly warnings: readonly string[];
}

/** Makes the scan of a place. */
export function oirScan({
  planes,
  facts,
  set,
  limits,
  name,
  reference,
  more,
  signal,
}: OirScanSources): OirScanParts {
  const [{ name: fileName } = { name: "" }] = set.files;
  const dtype = oirDType(facts.bytesPerSample, fileName);
  const lineBytes = facts.width * itemSizeBytes(dtype);
  const held = linesHeld(planes, lineBytes);
  const channels = orderedChannels(planes, facts);
  const warnings: string[] = [];
  const plan = facts.plan.get("TIMELAPSE") ?? 0;
  const isPlanBelieved = plan * lineBytes * channels.length <= limits.maxDecodedBytes;
  const planned = isPlanBelieved ? plan : 0;
  if (!isPlanBelieved) {
    warnings.push(
      `the plan of ${plan} lines is beyond the limit and is not believed: ${held} lines are read`,
    );
  } else if (plan > 0 && held > plan) {
    warnings.push(`the plan says ${plan} lines and the file has ${held}: all are read`);
  }
  const lines = Math.max(planned, held);
  const sizeBytes = lines * lineBytes * channels.length;
  if (sizeBytes > limits.maxDecodedBytes) {
    throw new LegacyIoError(
      "not_supported",
      `${fileName}: a scan of ${sizeBytes} bytes is beyond the limit of ${limits.maxDecodedBytes}`,
      { expected: limits.maxDecodedBytes, found: sizeBytes },
    );
  }
  const pieces = channels.map((id) => placeBlocks(planes.channels.get(id) ?? [], planned * lineBytes));
  const gapsByChannel = pieces.map((each) => gapsOf(each, lineBytes, lines));
  const gaps = mergeGaps(gapsByChannel.flat());
  const names = channels.map((id, at) => channelName(id, at, facts));
  warnings.push(...missingWords(gapsByChannel, names, set, lines));
  if (facts.scanner.roundtrip === true) {
    warnings.push(
      "the mirrors scanned in both directions: every line is given as it is stored, turned round or not",
    );
  }
  const shape = channels.length > 1 ? [channels.length, lines, facts.width] : [lines, facts.width];
  return {
    warnings,
    scan: {
      name,
      dtype,
      shape,
      axes: channels.length > 1 ? ["c", "t", "x"] : ["t", "x"],
      significantBits: significantBits(facts.bits, dtype),
      umPerPx: facts.umPerPx === undefined ? [] : [{ value: facts.umPerPx, source: "length/x" }],
      channelNames: names,
      secondsPerLine: secondsPerLine(facts),
      start: startOf(facts.startText),
      gaps,
      path:
        facts.line === undefined
          ? undefined
          : {
              mode: "straight",
              points: [
                [facts.line[0], facts.line[1]],
                [facts.line[2], facts.line[3]],
              ],
              bidirectional: facts.scanner.roundtrip,
            },
      reference,
      more,
      readLines: (start, stop, plane) =>
        readRows(pieces, dtype, facts.width, [start, stop, lines], plane, signal),
    },
  };
}

/** Those of the metadata in their order, then others by their ids. */
function orderedChannels({ channels }: OirPlanes, facts: OirFacts): readonly string[] {
  const known = facts.channels.map(({ id }) => id).filter((id) => channels.has(id));
  const others = [...channels.keys()].filter((id) => !known.includes(id)).toSorted();
  return [...known, ...others];
}

/** The interval of the series, and what a line takes. What its pixels take is less, and counts only if nothing else is known. */
function secondsPerLine({ scanner, width }: OirFacts): RecordedScan["secondsPerLine"] {
  const { seriesMs, lineMs, pixelMs } = scanner;
  const stated = [
    ...(seriesMs === undefined ? [] : [{ value: seriesMs / 1000, source: "seriesInterval" }]),
    ...(lineMs === undefined ? [] : [{ value: lineMs / 1000, source: "lineSpeed" }]),
  ];
  return stated.length > 0 || pixelMs === undefined
    ? stated
    : [{ value: (pixelMs * width) / 1000, source: "dwell time × pixels" }];
}

function startOf(text: string | undefined): StatedStart | undefined {
  if (text === undefined) {
    return undefined;
  }
  const zone = /Z$/.test(text) ? "utc" : /[+-]\d\d:?\d\d$/.test(text) ? "offset" : "no zone";
  return { text, zone };
}

/** Says which file is missing, and of which channels alone lines are missing. The gaps themselves are said by who reads the scan. */
function missingWords(
  byChannel: readonly (readonly LineGap[])[],
  names: readonly string[],
  { missing, next }: OirFileSet,
  lines: number,
): readonly string[] {
  const said = missing.map((name) => `${name} is missing, and a later file of the recording is there`);
  const lacking = names.filter((_, at) => (byChannel[at] ?? []).length > 0);
  if (lacking.length === 0) {
    return said;
  }
  const areSame = new Set(byChannel.map((each) => JSON.stringify(each))).size === 1;
  const some = areSame
    ? []
    : [`lines are missing in ${lacking.join(", ")}, not in the same places of all channels`];
  const isAtEnd = byChannel.flat().some((gap) => gap.firstLine + gap.lines === lines);
  const why = isAtEnd && missing.length === 0 ? [`${next} is missing, or the scan was stopped early`] : [];
  return [...said, ...why, ...some];
}
