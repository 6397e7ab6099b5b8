// Reads the text header `<stem>.txt` that Olympus FluoView exports beside a TIFF.

import { LegacyIoError } from "../../errors.ts";
import { decodeLegacyText, type TextEncodingName } from "../../tiff/descriptions/instrument-text.ts";
import { parseOlympusDate } from "./olympus-date.ts";
import { type OlympusFields, olympusFields } from "./olympus-fields.ts";
import type { OlympusEntry, OlympusSection } from "./olympus-section.ts";

const MAX_HEADER_BYTES = 1 << 20;
/** Real ones have less than 400. */
const MAX_LINES = 1 << 14;
const KNOWN_SECTIONS: ReadonlySet<string> = new Set([
  "General",
  "Dimensions",
  "Image",
  "Acquisition",
  "Channel 1",
]);

/** How many of a unit make one micrometre, or one second. Files use both the micro sign and the Greek letter mu. */
const PER_MICROMETRE: ReadonlyMap<string, number> = new Map([
  ["um", 1],
  ["µm", 1],
  ["μm", 1],
  ["nm", 1e3],
  ["mm", 1e-3],
]);
const PER_SECOND: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["ms", 1e3],
  ["us", 1e6],
  ["µs", 1e6],
  ["μs", 1e6],
]);

export interface OlympusChannel {
  /** Counted from 1, as in `[Channel 1]`. */
  readonly channel: number;
  readonly name: string | undefined;
  readonly dye: string | undefined;
  readonly emissionNm: number | undefined;
  readonly excitationNm: number | undefined;
  readonly pmtVoltageV: number | undefined;
  readonly bitsPerPixel: number | undefined;
}

/** Everything an Olympus header says, and numbers derived from it. A field that it does not give is undefined. */
export interface OlympusHeader {
  readonly encoding: TextEncodingName;
  readonly sections: readonly OlympusSection[];
  /** Rows of the image (time). */
  readonly linesPerImage: number | undefined;
  /** Columns of the image (space). */
  readonly pxPerLine: number | undefined;
  /** Rounded to 3 decimals by the microscope. */
  readonly umPerPx: number | undefined;
  /** Time of the last line, truncated to ms: (lines − 1) periods. */
  readonly durationS: number | undefined;
  /**
   * `durationS / linesPerImage`. It is 0.003 % too low, but every stored analysis of the older application used it, so it
   * keeps results comparable.
   */
  readonly secondsPerLine: number | undefined;
  /** The true line period, from the unit-converted image size. */
  readonly secondsPerLineExact: number | undefined;
  /** `YYYY-MM-DD`. */
  readonly date: string | undefined;
  /** `HH:MM:SS.sss` on a 24-hour clock, with as many decimals as the file has. */
  readonly time: string | undefined;
  /** The microscope's wall clock, read as if it were UTC, in ns. It does not depend on any time zone. */
  readonly acquiredLocalEpochNs: bigint | undefined;
  readonly bitsPerPixel: number | undefined;
  readonly channelCount: number | undefined;
  readonly channels: readonly OlympusChannel[];
  readonly scanMode: string | undefined;
  /** The folder on the microscope's computer. Labs often put genotype and treatment into its name. */
  readonly path: string | undefined;
  /** The name of the `.oir` file that was exported. */
  readonly name: string | undefined;
  readonly systemName: string | undefined;
  readonly systemVersion: string | undefined;
  /** Values that could not be read, and lines without a value. */
  readonly warnings: readonly string[];
}

/**
 * Reads the text header that Olympus FluoView exports beside a TIFF. Values are looked up by section, because `Image Size`
 * occurs in two. The text may be UTF-8, UTF-16 or Latin-1, with LF or CRLF, and with or without quotes. A value that cannot
 * be read leaves its field undefined and adds a warning.
 *
 * The rules were checked against seven headers of an FVMPE-RS microscope (docs/formats.md#olympus-header).
 * @throws {LegacyIoError} `invalid_file` if the text has no section of such a header, or is longer than 1 MiB or 16 384 lines
 */
export function readOlympusHeader(bytes: Uint8Array): OlympusHeader {
  if (bytes.byteLength > MAX_HEADER_BYTES) {
    throw new LegacyIoError(
      "invalid_file",
      `an Olympus header of ${bytes.byteLength} bytes is longer than 1 MiB`,
      {
        expected: MAX_HEADER_BYTES,
        found: bytes.byteLength,
      },
    );
  }
  const { text, encoding } = decodeLegacyText(bytes);
  const warnings: string[] = [];
  const sections = parseSections(text, warnings);
  if (!sections.some((section) => KNOWN_SECTIONS.has(section.name) && section.entries.length > 0)) {
    throw new LegacyIoError(
      "invalid_file",
      "not an Olympus header: it has no [General], [Dimensions] or [Image]",
      {
        expected: [...KNOWN_SECTIONS],
        found: sections.map((section) => section.name),
      },
    );
  }
  return { encoding, sections, ...deriveFields(sections, warnings), warnings };
}

function parseSections(text: string, warnings: string[]): readonly OlympusSection[] {
  const sections: { name: string; entries: OlympusEntry[] }[] = [];
  const lines = text.split(/\r\n|\r|\n/, MAX_LINES + 1);
  if (lines.length > MAX_LINES) {
    throw new LegacyIoError("invalid_file", `an Olympus header of more than ${MAX_LINES} lines`, {
      expected: MAX_LINES,
    });
  }
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") {
      continue;
    }
    const tab = line.indexOf("\t");
    const key = unquote(tab === -1 ? line : line.slice(0, tab));
    const value = tab === -1 ? "" : unquote(line.slice(tab + 1));
    if (key.startsWith("[") && key.endsWith("]") && value === "") {
      sections.push({ name: key.slice(1, -1), entries: [] });
      continue;
    }
    const section = sections.at(-1) ?? { name: "", entries: [] };
    if (sections.length === 0) {
      sections.push(section);
    }
    section.entries.push({ key, value });
    if (tab === -1) {
      warnings.push(`line ${index + 1} has no value: ${JSON.stringify(line.slice(0, 80))}`);
    }
  }
  return sections;
}

function unquote(text: string): string {
  const trimmed = text.trim();
  return trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"')
    ? trimmed.slice(1, -1)
    : trimmed;
}

type DerivedFields = Omit<OlympusHeader, "encoding" | "sections" | "warnings">;

function deriveFields(sections: readonly OlympusSection[], warnings: string[]): DerivedFields {
  const fields = olympusFields(sections, warnings);
  const general = (key: string): string | undefined => fields.text("General", key);
  const [pxPerLine, linesPerImage] =
    fields.counts("Image", "Image Size", /^(\d+) *\* *(\d+) *\[pixel\]/) ?? [];
  const step = fields.quantity(
    "Dimensions",
    "X Dimension",
    /^\d+ *, *[^,]*, *([^, ]+) *\[([^\]/]+)\/pixel\] *$/,
    PER_MICROMETRE,
  );
  const end = fields.quantity(
    "Dimensions",
    "T Dimension",
    /^\d+ *, *[\d.]+ +- +([^ ]+) *\[([^\]]+)\] *(?:,|$)/,
    PER_SECOND,
  );
  const exact = fields.quantity(
    "Image",
    "Image Size(Unit Converted)",
    /^[^*[]+\[[^*\]]+\] *\* *([^* ]+) *\[([^\]]+)\] *$/,
    PER_SECOND,
  );
  const channels = readChannels(sections, fields);
  const dateText = general("Date");
  const acquired = dateText === undefined ? {} : parseOlympusDate(dateText);
  if (acquired.warning !== undefined) {
    warnings.push(acquired.warning);
  }
  return {
    linesPerImage,
    pxPerLine,
    umPerPx: step && step.value / step.perUnit,
    durationS: end && end.value / end.perUnit,
    secondsPerLine: end && linesPerImage && end.value / end.perUnit / linesPerImage,
    secondsPerLineExact: exact && linesPerImage && exact.value / (exact.perUnit * linesPerImage),
    date: acquired.date,
    time: acquired.time,
    acquiredLocalEpochNs: acquired.localEpochNs,
    bitsPerPixel: channels.find((channel) => channel.bitsPerPixel !== undefined)?.bitsPerPixel,
    channelCount: fields.counts("Dimensions", "Channel Dimension", /^(\d+) *\[Ch\]/)?.[0],
    channels,
    scanMode: general("Scan Mode"),
    path: general("Path"),
    name: general("Name"),
    systemName: general("System Name"),
    systemVersion: general("System Version"),
  };
}

function readChannels(sections: readonly OlympusSection[], fields: OlympusFields): readonly OlympusChannel[] {
  return sections.flatMap(({ name }) => {
    const match = /^Channel (\d{1,3})$/.exec(name);
    return match === null ? [] : [readChannel(Number(match[1]), name, fields)];
  });
}

function readChannel(channel: number, section: string, fields: OlympusFields): OlympusChannel {
  const number = (key: string, pattern: RegExp): number | undefined =>
    fields.quantity(section, key, pattern)?.value;
  return {
    channel,
    name: fields.text(section, "Channel Name"),
    dye: fields.text(section, "Dye Name"),
    emissionNm: number("Emission WaveLength", /^([^ ]+) *\[nm\]/),
    excitationNm: number("Laser Wavelength", /^([^ ]+) *\[nm\]/),
    pmtVoltageV: number("PMT Voltage", /^([^ ]+) *\[V\]/),
    bitsPerPixel: fields.counts(section, "Bits/Pixel", /^(\d+) *\[bits\]/)?.[0],
  };
}
