import { type OlympusHeader, readOlympusHeader } from "../../../src/formats/olympus/olympus-header.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";

const LINES = [
  '"[General]"\t""',
  '"Name"\t"20250722 a.oir"',
  '"Scan Mode"\t"XT"',
  '"Date"\t"11/02/2022 12:30:15.461 PM"',
  '"[Dimensions]"\t""',
  '"X Dimension"\t"38, 0.000 - 10.796 [um], 0.284 [um/pixel]"',
  '"T Dimension"\t"1, 0.000 - 35.099 [s], Interval FreeRun"',
  '"Channel Dimension"\t"2 [Ch]"',
  '"[Image]"\t""',
  '"Image Size"\t"38 * 30000 [pixel]"',
  '"Image Size(Unit Converted)"\t"10.796 [um] * 35100.000 [ms]"',
  '"[Channel 1]"\t""',
  '"Dye Name"\t"Alexa µ"',
  '"Bits/Pixel"\t"12 [bits]"',
];

/** `readOlympusHeader` against one that looks for words, lines and numbers, without a pattern. */
export const FUZZED_OLYMPUS_HEADER: FuzzedParser<OlympusHeader> = {
  name: "Olympus header",
  sounds: [
    Buffer.from(LINES.join("\r\n"), "utf8"),
    Buffer.from(LINES.join("\n").replaceAll('"', ""), "latin1"),
    Buffer.concat([Uint8Array.of(0xff, 0xfe), Buffer.from(LINES.join("\r\n"), "utf16le")]),
  ],
  read: readOlympusHeader,
  disagreement: (header, bytes) => {
    const naive = readHeaderNaively(bytes, header.encoding);
    const sections = header.sections.map(({ name, entries }) => [
      name,
      entries.map(({ key, value }) => [key, value]),
    ]);
    if (JSON.stringify(sections) !== JSON.stringify(naive)) {
      return `${JSON.stringify(sections)}, not ${JSON.stringify(naive)}`;
    }
    for (const [name, truth] of Object.entries(derive(naive))) {
      const found = header[name as keyof OlympusHeader];
      if (found !== undefined && !isClose(found, truth)) {
        return `${name}: ${found}, not ${truth}`;
      }
    }
    return undefined;
  },
};

type NaiveSections = readonly (readonly [string, readonly (readonly [string, string])[]])[];

function readHeaderNaively(bytes: Uint8Array, encoding: string): NaiveSections {
  const text = decode(bytes, encoding);
  const sections: [string, [string, string][]][] = [];
  for (const line of text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n")) {
    if (line.trim() === "") {
      continue;
    }
    const [key = "", ...rest] = line.split("\t");
    const [name, value] = [bare(key), bare(rest.join("\t"))];
    if (name.at(0) === "[" && name.at(-1) === "]" && value === "") {
      sections.push([name.slice(1, -1), []]);
    } else {
      if (sections.length === 0) {
        sections.push(["", []]);
      }
      sections.at(-1)?.[1].push([name, value]);
    }
  }
  return sections;
}

function decode(bytes: Uint8Array, encoding: string): string {
  const buffer = Buffer.from(bytes);
  if (encoding === "latin1") {
    return buffer.toString("latin1");
  }
  const text =
    encoding === "utf-16be"
      ? Buffer.from(buffer).swap16().toString("utf16le")
      : buffer.toString(encoding === "utf-8" ? "utf8" : "utf16le");
  return text.startsWith("\u{feff}") ? text.slice(1) : text;
}

function bare(text: string): string {
  const trimmed = text.trim();
  const isQuoted = trimmed.length > 1 && trimmed.at(0) === '"' && trimmed.at(-1) === '"';
  return isQuoted ? trimmed.slice(1, -1) : trimmed;
}

/** The numbers by their places in the text. A field that this cannot find must not be found by the other. */
function derive(all: NaiveSections): Readonly<Record<string, unknown>> {
  const textOf = (section: string, key: string): string =>
    all
      .filter(([name]) => name === section)
      .flatMap(([, entries]) => entries)
      .find(([name]) => name === key)?.[1] ?? "";
  const before = (text: string, mark: string): string => text.split(mark)[0]?.trim() ?? "";
  const after = (text: string, mark: string): string => text.split(mark).slice(1).join(mark).trim();
  const inUnit = (text: string): number => {
    const unit = before(after(text, "["), "]").trim();
    const per = { s: 1, ms: 1e3, us: 1e6, µs: 1e6, μs: 1e6 }[unit];
    return Number(before(text, "[")) / (per ?? Number.NaN);
  };
  const size = textOf("Image", "Image Size");
  const [columns, rows] = [Number(before(size, "*")), Number(before(after(size, "*"), "["))];
  const converted = after(textOf("Image", "Image Size(Unit Converted)"), "*");
  const duration = inUnit(after(textOf("Dimensions", "T Dimension"), "- "));
  return {
    pxPerLine: columns,
    linesPerImage: rows,
    umPerPx: Number(before(textOf("Dimensions", "X Dimension").split(",")[2] ?? "", "[")),
    durationS: duration,
    secondsPerLine: duration / rows,
    secondsPerLineExact: inUnit(converted) / rows,
    channelCount: Number(before(textOf("Dimensions", "Channel Dimension"), "[")),
    scanMode: textOf("General", "Scan Mode"),
    name: textOf("General", "Name"),
    acquiredLocalEpochNs: epochNs(textOf("General", "Date")),
  };
}

/** Days and seconds counted one by one from the words of the date; undefined if they are not numbers. */
function epochNs(text: string): bigint | undefined {
  const [day = "", ...clock] = text.split(" ").filter((word) => word !== "");
  const [month = 0, dayOfMonth = 0, year = 0] = day.split("/").map(Number);
  if (!(year > 0 && year < 10_000 && month > 0 && month < 13)) {
    return undefined;
  }
  const joined = clock.join("").toUpperCase();
  const [hour = 0, minute = 0] = joined.split(":").slice(0, 2).map(Number);
  const [seconds = "0", fraction = ""] = (joined.split(":")[2] ?? "0").replace(/[AP]M$/, "").split(".");
  const isPm = joined.endsWith("PM") && hour < 12;
  const isMidnight = joined.endsWith("AM") && hour === 12;
  const hours = hour + (isPm ? 12 : 0) - (isMidnight ? 12 : 0);
  let days = dayOfMonth - 1;
  const lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  days += lengths.slice(0, month - 1).reduce((sum, length) => sum + length, 0);
  for (let before = Math.min(year, 1970); before < Math.max(year, 1970); before++) {
    days += (year < 1970 ? -1 : 1) * (isLeap(before) ? 366 : 365);
  }
  const second = Number(seconds);
  const parts = [days, hours, minute, second];
  if (!parts.every(Number.isInteger) || ![...fraction].every((digit) => digit >= "0" && digit <= "9")) {
    return undefined;
  }
  const whole = BigInt(days) * 86_400n + BigInt(hours * 3600 + minute * 60 + second);
  return whole * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function isClose(found: unknown, truth: unknown): boolean {
  return typeof found === "number" && typeof truth === "number"
    ? Math.abs(found - truth) <= 1e-12 * Math.abs(truth)
    : found === truth;
}
