// What the XML of a recording with Prairie View says, as facts. Nothing here is derived.

/** A recording: one XML with the files of all its cycles and channels. */
export interface PrairieRecording {
  readonly version: string | undefined;
  /** As the file spells it: the clock of the microscope's computer in the order of the United States, without a zone. */
  readonly dateText: string | undefined;
  /** What it says outside its cycles: the numbers of a scan of the whole frame. */
  readonly whole: PrairieState;
  readonly sequences: readonly PrairieSequence[];
  /** What could not be read, in words. */
  readonly problems: readonly string[];
}

/** One cycle. */
export interface PrairieSequence {
  /** `Linescan`, or the word for another kind of recording. */
  readonly type: string;
  /** Counted from 1. */
  readonly cycle: number;
  /** When the cycle began: `HH:MM:SS.fffffff`. */
  readonly timeText: string | undefined;
  /** The line, if there is one. */
  readonly line: PrairieLine | undefined;
  readonly frames: readonly PrairieFrame[];
}

/** What was scanned, in pixels of the source image. */
export interface PrairieLine {
  /** `straightLine`, `freeHand` or another word. */
  readonly mode: string | undefined;
  readonly start: PrairiePoint | undefined;
  readonly stop: PrairiePoint | undefined;
  readonly lengthUm: number | undefined;
  /** The points of a line that was drawn; empty for a straight one. */
  readonly points: readonly PrairiePoint[];
  readonly sourceWidth: number | undefined;
  readonly sourceHeight: number | undefined;
}

export interface PrairiePoint {
  readonly x: number;
  readonly y: number;
}

/** One frame: of a line scan all its lines, with one file for each channel. */
export interface PrairieFrame {
  /** Seconds since the recording began. */
  readonly absoluteTimeS: number | undefined;
  readonly files: readonly PrairieFile[];
  /** What the frame itself says, or its cycle. */
  readonly own: PrairieState;
  /** What holds for the frame: its own values, then those of the cycle, then those of the recording. */
  readonly valid: PrairieState;
}

export interface PrairieFile {
  /** Counted from 1. */
  readonly channel: number;
  readonly channelName: string | undefined;
  readonly fileName: string;
  /** The name of the image in which the line was drawn. */
  readonly source: string | undefined;
}

/** The numbers of a `PVStateShard` that are read. */
export type PrairieState = { readonly [K in PrairieStateKey]?: number };

export type PrairieStateKey =
  | "scanLinePeriod"
  | "framePeriod"
  | "linesPerFrame"
  | "pixelsPerLine"
  | "umPerPx"
  | "bitDepth";

/** True for a cycle of lines. */
export function isLineScan({ type }: Pick<PrairieSequence, "type">): boolean {
  return type.toLowerCase() === "linescan";
}
