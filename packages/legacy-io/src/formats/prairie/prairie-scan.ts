// Decides what a recording with Prairie View says about one TIFF: scale, time of a line, bits, channels, start and line.

import { prairieTiffName } from "./prairie-name.ts";
import {
  isLineScan,
  type PrairieFile,
  type PrairieFrame,
  type PrairieLine,
  type PrairieRecording,
  type PrairieSequence,
} from "./prairie-recording.ts";
import { type PrairieStart, prairieStart } from "./prairie-start.ts";

/** A line scan: one cycle of a recording. */
export interface PrairieScan {
  readonly cycle: number;
  readonly start: PrairieStart;
  /** Seconds from the start of the recording to the first line. */
  readonly absoluteTimeS: number | undefined;
  readonly secondsPerLine: number | undefined;
  /** Which number of the XML this is. */
  readonly secondsPerLineFrom: string | undefined;
  /** Other numbers of the XML that look like the time of a line and are not. */
  readonly otherSecondsPerLine: Readonly<Record<string, number>>;
  readonly umPerPx: number | undefined;
  readonly umPerPxFrom: string | undefined;
  /** How many bits of a value the microscope uses. */
  readonly significantBits: number | undefined;
  /** Those of the image, in its order. */
  readonly channels: readonly PrairieFile[];
  readonly linesPerFrame: number | undefined;
  readonly pixelsPerLine: number | undefined;
  readonly line: PrairieLine | undefined;
  /** What is odd, in words. */
  readonly notes: readonly string[];
}

/** The TIFFs of an image, by their names alone. */
export interface PrairieImage {
  /** Of its channels, in order. */
  readonly fileNames: readonly string[];
  /** Of the pixels; the last two are lines and pixels per line. */
  readonly shape: readonly number[];
}

/** The cycle that a TIFF belongs to. */
export interface FoundSequence {
  readonly sequence: PrairieSequence;
  readonly frame: PrairieFrame;
  readonly file: PrairieFile;
}

/** Two numbers for one thing that differ by more are told. */
const TOLERANCE = 0.005;
/** The time of a line that a frame does not state is believed if it is this near to that of its frame. */
const SAME = 1e-4;
const MAX_BITS = 32;

/** Finds the cycle that a TIFF belongs to, by the name of the TIFF. */
export type FindSequence = (fileName: string) => FoundSequence | undefined;

/**
 * Makes what finds the cycle of a TIFF: by the name that the XML has, otherwise by the cycle, channel and number in the name, as after a
 * recording was renamed. A TIFF with another name can only be of a recording with one cycle and channel.
 */
export function sequenceFinder(recording: PrairieRecording): FindSequence {
  const all = foundIn(recording);
  const byName = Map.groupBy(all, ({ file }) => file.fileName.normalize("NFC"));
  const byEnding = Map.groupBy(all, ({ file }) => prairieTiffName(stemOf(file.fileName))?.ending);
  const byCycle = Map.groupBy(all, ({ sequence, file }) => `${sequence.cycle} ${file.channel}`);
  const onlyOf = ([only, ...more]: readonly FoundSequence[] = []): FoundSequence | undefined =>
    more.length === 0 ? only : undefined;
  return (fileName) => {
    const [exact] = byName.get(fileName.normalize("NFC")) ?? [];
    const own = prairieTiffName(stemOf(fileName));
    if (exact !== undefined || own === undefined) {
      return exact ?? onlyOf(all);
    }
    return onlyOf(byEnding.get(own.ending)) ?? onlyOf(byCycle.get(`${own.cycle} ${own.channel}`));
  };
}

/** Every file of a recording with the cycle and frame that it is of. */
export function foundIn({ sequences }: PrairieRecording): readonly FoundSequence[] {
  return sequences.flatMap((sequence) =>
    sequence.frames.flatMap((frame) => frame.files.map((file) => ({ sequence, frame, file }))),
  );
}

/** What the recording says about an image; a sentence if that is nothing. */
export function prairieScanOf(recording: PrairieRecording, image: PrairieImage): PrairieScan | string {
  const [first = ""] = image.fileNames;
  const find = sequenceFinder(recording);
  const found = find(first);
  if (found === undefined) {
    return `it says nothing of ${first}`;
  }
  const { sequence, frame } = found;
  if (!isLineScan(sequence)) {
    return `${first} is not a line scan: ${wordsOf(sequence)}`;
  }
  const { valid } = frame;
  const pitch = pitchOf(found, image.shape.at(-1));
  const period = periodOf(found, recording);
  const bits = valid.bitDepth;
  const channels = image.fileNames.flatMap((name) => find(name)?.file ?? []);
  return {
    cycle: sequence.cycle,
    start: prairieStart(recording.dateText, sequence.timeText),
    absoluteTimeS: frame.absoluteTimeS,
    ...period.facts,
    ...pitch.facts,
    significantBits: bits !== undefined && Number.isInteger(bits) && bits <= MAX_BITS ? bits : undefined,
    channels,
    linesPerFrame: frame.own.linesPerFrame,
    pixelsPerLine: frame.own.pixelsPerLine,
    line: sequence.line,
    notes: [...period.notes, ...pitch.notes, ...sizeNotes(frame, image, sequence)],
  };
}

/** A cycle in words: what kind it is. */
export function wordsOf({ type, cycle }: PrairieSequence): string {
  return `cycle ${cycle} is of the type ${JSON.stringify(type.slice(0, 60))}`;
}

interface Decided<K extends keyof PrairieScan> {
  readonly facts: Pick<PrairieScan, K>;
  readonly notes: readonly string[];
}

type PeriodKeys = "secondsPerLine" | "secondsPerLineFrom" | "otherSecondsPerLine";

/**
 * The frame's own `scanLinePeriod`. That of the recording is a frame scan's, and `framePeriod / linesPerFrame` is too short where
 * lines were averaged. A frame that states none has the recording's only if its own `framePeriod` agrees with it.
 */
function periodOf({ sequence, frame }: FoundSequence, recording: PrairieRecording): Decided<PeriodKeys> {
  const { own, valid } = frame;
  const perLine =
    own.framePeriod === undefined || own.linesPerFrame === undefined
      ? undefined
      : own.framePeriod / own.linesPerFrame;
  const inherited = own.scanLinePeriod === undefined ? valid.scanLinePeriod : recording.whole.scanLinePeriod;
  const others = Object.fromEntries(
    Object.entries({
      "framePeriod / linesPerFrame": perLine,
      "scanLinePeriod of the recording": inherited,
    }).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
  if (own.scanLinePeriod !== undefined) {
    const from = "scanLinePeriod of the frame";
    return {
      facts: { secondsPerLine: own.scanLinePeriod, secondsPerLineFrom: from, otherSecondsPerLine: others },
      notes: [],
    };
  }
  if (inherited !== undefined && perLine !== undefined && Math.abs(perLine / inherited - 1) <= SAME) {
    const from = "scanLinePeriod of the recording, which framePeriod / linesPerFrame of the frame equals";
    return {
      facts: { secondsPerLine: inherited, secondsPerLineFrom: from, otherSecondsPerLine: others },
      notes: [],
    };
  }
  const unused = Object.entries(others).map(([name, step]) => `${name} is ${step} s`);
  return {
    facts: { secondsPerLine: undefined, secondsPerLineFrom: undefined, otherSecondsPerLine: others },
    notes: [
      `the frame of cycle ${sequence.cycle} states no scanLinePeriod: the time of a line is not known${
        unused.length === 0 ? "" : ` (${unused.join(", ")}: not used)`
      }`,
    ],
  };
}

type PitchKeys = "umPerPx" | "umPerPxFrom";

function pitchOf({ sequence, frame }: FoundSequence, columns: number | undefined): Decided<PitchKeys> {
  const { umPerPx } = frame.valid;
  // The recording's own is the width of a frame.
  const { pixelsPerLine = columns } = frame.own;
  const { lengthUm } = sequence.line ?? {};
  const ofLine = lengthUm === undefined || pixelsPerLine === undefined ? undefined : lengthUm / pixelsPerLine;
  if (umPerPx === undefined) {
    const from = ofLine === undefined ? undefined : "lineLength / pixelsPerLine";
    const notes = ofLine === undefined ? [`cycle ${sequence.cycle} states no micronsPerPixel`] : [];
    return { facts: { umPerPx: ofLine, umPerPxFrom: from }, notes };
  }
  const differs = ofLine !== undefined && Math.abs(ofLine / umPerPx - 1) > TOLERANCE;
  return {
    facts: { umPerPx, umPerPxFrom: "micronsPerPixel XAxis" },
    notes: differs
      ? [
          `cycle ${sequence.cycle}: micronsPerPixel is ${umPerPx} \u00b5m and is used; lineLength / pixelsPerLine is ${ofLine} \u00b5m`,
        ]
      : [],
  };
}

function sizeNotes(
  { own: { linesPerFrame, pixelsPerLine } }: PrairieFrame,
  { shape, fileNames: [fileName = ""] }: PrairieImage,
  { cycle }: PrairieSequence,
): readonly string[] {
  const [lines, pixels] = [shape.at(-2), shape.at(-1)];
  const differs = (said: number | undefined, found: number | undefined): boolean =>
    said !== undefined && found !== undefined && said !== found;
  return [
    ...(differs(linesPerFrame, lines)
      ? [`cycle ${cycle} says ${linesPerFrame} lines, ${fileName} has ${lines}`]
      : []),
    ...(differs(pixelsPerLine, pixels)
      ? [`cycle ${cycle} says ${pixelsPerLine} px per line, ${fileName} has ${pixels}`]
      : []),
  ];
}

function stemOf(fileName: string): string {
  return fileName.replace(/\.tiff?$/i, "");
}
