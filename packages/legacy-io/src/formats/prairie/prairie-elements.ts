// Collects the facts of a recording from the elements of its XML, one after another.

import type {
  PrairieFile,
  PrairiePoint,
  PrairieSequence,
  PrairieState,
  PrairieStateKey,
} from "./prairie-recording.ts";

/** The attributes of an element, by name. */
export type PrairieAttributes = Readonly<Record<string, string>>;

/** What a recording may have. More is an error. */
export const PRAIRIE_LIMITS = { sequences: 20_000, files: 200_000, points: 200_000 } as const;

/** How each number is spelled: by version 5 as `key` and `index`, by version 4 in one word. */
const KEYS: ReadonlyMap<string, PrairieStateKey> = new Map([
  ["scanlineperiod", "scanLinePeriod"],
  ["frameperiod", "framePeriod"],
  ["linesperframe", "linesPerFrame"],
  ["pixelsperline", "pixelsPerLine"],
  ["micronsperpixel/xaxis", "umPerPx"],
  ["micronsperpixel_xaxis", "umPerPx"],
  ["bitdepth", "bitDepth"],
]);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface OpenLine {
  readonly attributes: PrairieAttributes;
  line: PrairieAttributes | undefined;
  /** Points by the name of their element: the same line may be there in two units. */
  readonly points: Map<string, PrairiePoint[]>;
}

interface OpenFrame {
  readonly attributes: PrairieAttributes;
  readonly files: PrairieFile[];
  readonly own: Writable<PrairieState>;
}

interface OpenSequence {
  readonly attributes: PrairieAttributes;
  line: OpenLine | undefined;
  readonly own: Writable<PrairieState>;
  readonly frames: OpenFrame[];
}

/** Takes elements in the order of the document, and gives what they say. */
export class PrairieElements {
  readonly #sequences: OpenSequence[] = [];
  readonly #whole: Writable<PrairieState> = {};
  /** The names of the elements that are open, the outermost first. */
  readonly #path: string[] = [];
  #key = "";
  #files = 0;
  #points = 0;
  /** The attributes of `PVScan`; undefined before it. */
  root: PrairieAttributes | undefined;

  /** Returns what is wrong with the element, or undefined. */
  open(name: string, attributes: PrairieAttributes): string | undefined {
    const parents = this.#path;
    const problem = this.#take(name, attributes, parents);
    parents.push(name);
    return problem;
  }

  close(): void {
    this.#path.pop();
  }

  whole(): PrairieState {
    return this.#whole;
  }

  get depth(): number {
    return this.#path.length;
  }

  sequences(): readonly PrairieSequence[] {
    return this.#sequences.map(({ attributes, line, own, frames }, at) => ({
      type: attributes["type"] ?? "",
      cycle: wholeNumber(attributes["cycle"]) ?? at + 1,
      timeText: attributes["time"],
      line: line && lineOf(line),
      frames: frames.map((frame) => ({
        absoluteTimeS: finite(frame.attributes["absoluteTime"]),
        files: frame.files,
        own: { ...own, ...frame.own },
        valid: { ...this.#whole, ...own, ...frame.own },
      })),
    }));
  }

  #take(name: string, attributes: PrairieAttributes, parents: readonly string[]): string | undefined {
    if (parents.length === 0) {
      if (name !== "PVScan") {
        return `its root is ${name.slice(0, 60)}, not PVScan`;
      }
      this.root = attributes;
      return undefined;
    }
    const sequence = parents[1] === "Sequence" ? this.#sequences.at(-1) : undefined;
    if (parents.includes("PVStateShard")) {
      this.#takeValue(name, attributes, parents, sequence);
      return undefined;
    }
    if (name === "Sequence" && parents.length === 1) {
      this.#sequences.push({ attributes, line: undefined, own: {}, frames: [] });
      return this.#sequences.length > PRAIRIE_LIMITS.sequences ? "it has too many cycles" : undefined;
    }
    if (sequence === undefined) {
      return undefined;
    }
    if (name === "Frame" && parents.length === 2) {
      sequence.frames.push({ attributes, files: [], own: {} });
    } else if (name === "File" && parents[2] === "Frame") {
      return this.#takeFile(sequence.frames.at(-1), attributes);
    } else if (name === "PVLinescanDefinition" && parents.length === 2) {
      sequence.line ??= { attributes, line: undefined, points: new Map() };
    } else if (parents[2] === "PVLinescanDefinition") {
      return this.#takeLine(sequence.line, name, attributes);
    }
    return undefined;
  }

  #takeFile(frame: OpenFrame | undefined, attributes: PrairieAttributes): string | undefined {
    const { channel, channelName, filename: fileName, source } = attributes;
    if (frame !== undefined && fileName !== undefined && fileName !== "") {
      const number = wholeNumber(channel) ?? frame.files.length + 1;
      frame.files.push({
        channel: number,
        channelName,
        fileName: nameOf(fileName),
        source: source && nameOf(source),
      });
      this.#files++;
    }
    return this.#files > PRAIRIE_LIMITS.files ? "it has too many files" : undefined;
  }

  #takeLine(line: OpenLine | undefined, name: string, attributes: PrairieAttributes): string | undefined {
    const [x, y] = [finite(attributes["x"] ?? attributes["X"]), finite(attributes["y"] ?? attributes["Y"])];
    if (line !== undefined && name === "Line") {
      line.line ??= attributes;
    } else if (line !== undefined && x !== undefined && y !== undefined) {
      const points = line.points.get(name) ?? [];
      line.points.set(name, points);
      points.push({ x, y });
      this.#points++;
    }
    return this.#points > PRAIRIE_LIMITS.points ? "its lines have too many points" : undefined;
  }

  #takeValue(
    name: string,
    attributes: PrairieAttributes,
    parents: readonly string[],
    sequence: OpenSequence | undefined,
  ): void {
    const { key, value, index } = attributes;
    if (name === "PVStateValue" || name === "Key") {
      this.#key = key ?? "";
    }
    const spelled = name === "IndexedValue" ? `${this.#key}/${index ?? ""}` : this.#key;
    const known = KEYS.get(spelled.toLowerCase());
    const number = finite(value);
    if (known === undefined || number === undefined || !(number > 0) || name.startsWith("Subindexed")) {
      return;
    }
    const isOfFrame = parents[2] === "Frame";
    const state =
      sequence === undefined ? this.#whole : isOfFrame ? sequence.frames.at(-1)?.own : sequence.own;
    if (state !== undefined) {
      state[known] ??= number;
    }
  }
}

function lineOf({ attributes, line, points }: OpenLine): NonNullable<PrairieSequence["line"]> {
  const at = (x: string, y: string): PrairiePoint | undefined => {
    const [left, top] = [finite(line?.[x]), finite(line?.[y] ?? line?.["startPixelY"])];
    return left === undefined || top === undefined ? undefined : { x: left, y: top };
  };
  const names = [...points.keys()];
  // Elements whose names begin with PV have the same points as fractions of the image.
  const inPixels = names.find((name) => !name.startsWith("PV")) ?? names[0] ?? "";
  const lengthUm = finite(line?.["lineLength"] ?? attributes["lineLength"]);
  return {
    mode: attributes["mode"],
    start: at("startPixelX", "startPixelY"),
    stop: at("stopPixelX", "stopPixelY"),
    lengthUm: lengthUm !== undefined && lengthUm > 0 ? lengthUm : undefined,
    points: points.get(inPixels) ?? [],
    sourceWidth: wholeNumber(attributes["SourcePixelsPerLine"]),
    sourceHeight: wholeNumber(attributes["SourceLinesPerFrame"]),
  };
}

/** The last part of a path of either system. */
function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

function finite(text: string | undefined): number | undefined {
  const value =
    text !== undefined && text.length <= 64 && NUMBER.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = finite(text);
  return value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
