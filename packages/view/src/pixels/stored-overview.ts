// The overviews of an image as they are stored: a JSON file, in which each level is one character.

import { ViewError } from "../errors.ts";
import { type Overview, overviewBins } from "./overview.ts";
import { levelOfStep, stepOfLevel } from "./overview-levels.ts";

/** The 64 steps from dark to bright: the alphabet of base64. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Where nothing was recorded. */
const NOTHING_CODE = "=".charCodeAt(0);
/** What this file understands; another number is a later form. */
const FORM = 1;
/** An image has at most this many channels with an overview. */
const MOST_CHANNELS = 64;
/** The overviews of 64 channels take less. */
const MOST_BYTES = 2 ** 27;
const MOST_LINES = 2 ** 40;
const MOST_COLUMNS = 2 ** 20;

const CODE_OF_LEVEL = Uint8Array.from({ length: 256 }, (_, level) => ALPHABET.charCodeAt(stepOfLevel(level)));
const LEVEL_OF_CODE = Int16Array.from({ length: 128 }, (_, code) => {
  const step = ALPHABET.indexOf(String.fromCharCode(code));
  return step < 0 ? -1 : levelOfStep(step);
});

/** The overviews of one image, and the pixels that they were made from. */
export interface Overviews {
  /** The hash of the pixels: 64 digits. */
  readonly pixelsSha256: string;
  /** One for each channel, which counts from 1. */
  readonly channels: ReadonlyMap<number, Overview>;
}

/**
 * The file that is stored. `maximum` is left out where it is the same as `minimum`, as in an image of at most 1000 lines.
 * For 1000 bins of 38 columns these are 76 kB.
 */
export function encodeOverviews({ pixelsSha256, channels }: Overviews): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [
    utf8(`{"overview":${FORM},"pixels_sha256":${JSON.stringify(pixelsSha256)},"channels":[`),
  ];
  for (const [channel, { lines, columns, bins, low, high, minimum, maximum }] of channels) {
    const fields = JSON.stringify({ channel, lines, columns, bins, low, high }).slice(0, -1);
    const { least, greatest, isSame } = codesOf(minimum, maximum);
    pieces.push(utf8(`${pieces.length > 1 ? "," : ""}${fields},"minimum":"`), least);
    if (!isSame) {
      pieces.push(utf8('","maximum":"'), greatest);
    }
    pieces.push(utf8('"}'));
  }
  pieces.push(utf8("]}"));
  return joined(pieces);
}

/**
 * Reads what `encodeOverviews` made.
 *
 * @throws {ViewError} `invalid_overview` for any other file: one that is too large or no JSON, one of another form, sizes that
 * do not go together, levels of another number or with another character
 */
export function decodeOverviews(bytes: Uint8Array): Overviews {
  const root = objectAt(jsonOf(bytes), "$");
  if (root["overview"] !== FORM) {
    throw invalid("$.overview", String(FORM), root["overview"]);
  }
  const { pixels_sha256: pixelsSha256, channels } = root;
  if (typeof pixelsSha256 !== "string" || !/^[0-9a-f]{64}$/.test(pixelsSha256)) {
    throw invalid("$.pixels_sha256", "64 hexadecimal digits", pixelsSha256);
  }
  if (!Array.isArray(channels) || channels.length > MOST_CHANNELS) {
    throw invalid("$.channels", `a list of at most ${MOST_CHANNELS}`, channels);
  }
  const decoded = new Map<number, Overview>();
  for (const [index, entry] of channels.entries()) {
    const path = `$.channels[${index}]`;
    const fields = objectAt(entry, path);
    const channel = integerAt(fields, "channel", path, MOST_LINES);
    if (decoded.has(channel)) {
      throw invalid(`${path}.channel`, "a channel of its own", channel);
    }
    decoded.set(channel, decodeOverview(fields, path));
  }
  return { pixelsSha256, channels: decoded };
}

function jsonOf(bytes: Uint8Array): unknown {
  if (bytes.length > MOST_BYTES) {
    throw invalid("$", `at most ${MOST_BYTES} bytes`, bytes.length);
  }
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("$", "JSON", JSON.stringify(text.slice(0, 20)));
  }
}

function decodeOverview(fields: Readonly<Record<string, unknown>>, path: string): Overview {
  const lines = integerAt(fields, "lines", path, MOST_LINES);
  const columns = integerAt(fields, "columns", path, MOST_COLUMNS);
  const bins = integerAt(fields, "bins", path, Math.max(1, overviewBins({ lines, columns })));
  const [low, high] = [numberAt(fields, "low", path), numberAt(fields, "high", path)];
  if (low > high) {
    throw invalid(`${path}.high`, `at least ${low}`, high);
  }
  const minimum = levelsAt(fields["minimum"], `${path}.minimum`, { length: bins * columns, nothing: 255 });
  const { minimum: least, maximum: greatest = least } = fields;
  const maximum = levelsAt(greatest, `${path}.maximum`, { length: bins * columns, nothing: 0 });
  for (let cell = 0; cell < minimum.length; cell++) {
    const [a = 0, b = 0] = [minimum[cell], maximum[cell]];
    if (a > b && (a !== 255 || b !== 0)) {
      throw invalid(`${path}.maximum`, `at least the minimum at ${cell}`, b);
    }
  }
  return { lines, columns, bins, low, high, minimum, maximum };
}

function codesOf(
  minimum: Uint8Array,
  maximum: Uint8Array,
): { readonly least: Uint8Array; readonly greatest: Uint8Array; readonly isSame: boolean } {
  const least = new Uint8Array(minimum.length);
  const greatest = new Uint8Array(minimum.length);
  let differences = 0;
  for (let cell = 0; cell < minimum.length; cell++) {
    const one = minimum[cell] ?? 0;
    const other = maximum[cell] ?? 0;
    const isNothing = one > other;
    const code = isNothing ? NOTHING_CODE : (CODE_OF_LEVEL[one] ?? 0);
    const otherCode = isNothing ? NOTHING_CODE : (CODE_OF_LEVEL[other] ?? 0);
    least[cell] = code;
    greatest[cell] = otherCode;
    differences |= code ^ otherCode;
  }
  return { least, greatest, isSame: differences === 0 };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function levelsAt(
  text: unknown,
  path: string,
  { length, nothing }: { readonly length: number; readonly nothing: number },
): Uint8Array {
  if (typeof text !== "string" || text.length !== length) {
    throw invalid(path, `${length} characters`, typeof text === "string" ? text.length : text);
  }
  const levels = new Uint8Array(length);
  for (let cell = 0; cell < length; cell++) {
    const code = text.charCodeAt(cell);
    const level = code === NOTHING_CODE ? nothing : (LEVEL_OF_CODE[code] ?? -1);
    if (level < 0) {
      throw invalid(path, "characters of base64", JSON.stringify(text[cell]));
    }
    levels[cell] = level;
  }
  return levels;
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(path, "an object", value);
  }
  return { ...value };
}

function integerAt(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  path: string,
  most: number,
): number {
  const value = numberAt(fields, name, path);
  if (!Number.isSafeInteger(value) || value < 1 || value > most) {
    throw invalid(`${path}.${name}`, `an integer from 1 to ${most}`, value);
  }
  return value;
}

function numberAt(fields: Readonly<Record<string, unknown>>, name: string, path: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw invalid(`${path}.${name}`, "a finite number", value);
  }
  return value;
}

function invalid(path: string, expected: string, found: unknown): ViewError {
  return new ViewError("invalid_overview", { path, expected, found });
}
