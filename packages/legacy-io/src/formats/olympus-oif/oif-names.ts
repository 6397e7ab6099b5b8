// Decides which TIFFs hold the planes of a FluoView recording, by the names of its property files and its axes.

import { lastPartOf } from "./oif-folder.ts";
import type { OifSettings } from "./oif-settings.ts";

/** An axis of a recording. Lengths are in the unit that it names. */
export interface OifAxis {
  readonly code: string;
  /** 0 for one that was not scanned. */
  readonly size: number;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly unit: string;
}

/** One plane: its channel and time from 1, and its name without `.tif` or `.pty`. */
export interface OifPlane {
  readonly channel: number;
  readonly time: number;
  readonly stem: string;
}

/** The planes of a recording. */
export interface OifPlaneNames {
  readonly planes: readonly OifPlane[];
  /** Other letters in the names that count further than one: `Z`. */
  readonly others: readonly string[];
}

interface Token {
  readonly letter: string;
  readonly digits: number;
  readonly number: number;
}

interface Pattern {
  readonly prefix: string;
  readonly tokens: readonly Token[];
}

const MOST_AXES = 16;
const NO_UNIT = "";
const NAME = /^(.*_)((?:[A-Z]\d{1,9})+)$/;

/** The axes that were scanned, the fastest first: those of `AxisOrder`. An axis that it does not name has a length all the same. */
export function scannedAxes(main: OifSettings): readonly OifAxis[] {
  const order = main.text("Axis Parameter Common", "AxisOrder") ?? "";
  const axes = Array.from({ length: MOST_AXES }, (_, at): OifAxis => {
    const section = `Axis ${at} Parameters Common`;
    const size = main.number(section, "MaxSize") ?? 0;
    return {
      code: main.text(section, "AxisCode") ?? "",
      size: Number.isSafeInteger(size) && size > 0 ? size : 0,
      start: main.number(section, "StartPosition"),
      end: main.number(section, "EndPosition"),
      unit: main.text(section, "UnitName") ?? main.text(section, "PixUnit") ?? NO_UNIT,
    };
  });
  return [...order.slice(0, MOST_AXES)].map(
    (code) =>
      axes.find((axis) => axis.code === code) ?? {
        code,
        size: 0,
        start: undefined,
        end: undefined,
        unit: NO_UNIT,
      },
  );
}

/**
 * The names of the planes: from the first to the last property file that the main file names, otherwise those of the files that are there, otherwise
 * `s_C001`, `s_C002`, … for as many channels as the axis has.
 *
 * @param maxPlanes More are left out: a name may count to any number.
 */
export function planeNames(
  main: OifSettings,
  axes: readonly OifAxis[],
  names: readonly string[] | undefined,
  maxPlanes: number,
): OifPlaneNames {
  const stated = (key: string): Pattern | undefined =>
    patternOf(lastPartOf(main.text("ProfileSaveInfo", key) ?? "").replace(/\.pty$/i, ""));
  const found = (names ?? [])
    .filter((name) => /\.tif$/i.test(name))
    .map((name) => patternOf(name.replace(/\.tif$/i, "")))
    .filter((pattern) => pattern !== undefined);
  const first: Pattern = stated("PtyFileNameS") ??
    found[0] ?? { prefix: "s_", tokens: [{ letter: "C", digits: 3, number: 1 }] };
  const last = stated("PtyFileNameE");
  const lastOf = ({ letter, number }: Token): number => {
    const token = last?.tokens.find((each) => each.letter === letter);
    const there = found.flatMap(({ tokens }) => tokens).filter((each) => each.letter === letter);
    const counted = there.reduce((most, each) => Math.max(most, each.number), number);
    const size = axes.find(({ code }) => code === letter)?.size ?? 0;
    return token?.number ?? (there.length > 0 ? counted : Math.max(number, size));
  };
  const token = (letter: string): Token | undefined => first.tokens.find((each) => each.letter === letter);
  const numbers = (letter: string): readonly number[] => {
    const own = token(letter);
    const [start, stop] = own === undefined ? [1, 1] : [own.number, lastOf(own)];
    return Array.from({ length: Math.min(maxPlanes, Math.max(1, stop - start + 1)) }, (_, at) => start + at);
  };
  const planes: OifPlane[] = [];
  const times = numbers("T");
  for (const channel of numbers("C")) {
    for (const time of times) {
      if (planes.length < maxPlanes) {
        planes.push({ channel, time, stem: stemOf(first, channel, time) });
      }
    }
  }
  const others = first.tokens
    .filter((each) => each.letter !== "C" && each.letter !== "T" && lastOf(each) > each.number)
    .map(({ letter }) => letter);
  return { planes, others };
}

function patternOf(stem: string): Pattern | undefined {
  const [, prefix, letters] = NAME.exec(stem) ?? [];
  if (prefix === undefined || letters === undefined) {
    return undefined;
  }
  const tokens = [...letters.matchAll(/([A-Z])(\d+)/g)].map(([, letter = "", digits = ""]) => ({
    letter,
    digits: digits.length,
    number: Number(digits),
  }));
  return { prefix, tokens };
}

function stemOf({ prefix, tokens }: Pattern, channel: number, time: number): string {
  const parts = tokens.map(({ letter, digits, number }) => {
    const value = letter === "C" ? channel : letter === "T" ? time : number;
    return `${letter}${String(value).padStart(digits, "0")}`;
  });
  return prefix + parts.join("");
}
