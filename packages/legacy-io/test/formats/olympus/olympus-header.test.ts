import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { parseOlympusDate } from "../../../src/formats/olympus/olympus-date.ts";
import { type OlympusHeader, readOlympusHeader } from "../../../src/formats/olympus/olympus-header.ts";
import { codeOf } from "../../support/caught.ts";

const folder = findSharedData("kymographs") ?? "";

const HEADER = [
  ["[General]", ""],
  ["Name", "test.oir"],
  ["Scan Mode", "XT"],
  ["Date", "07/22/2025 02:54:36.250 PM"],
  ["[Dimensions]", ""],
  ["X Dimension", "40, 0.0 - 11.360 [µm], 0.284 [µm/pixel]"],
  ["Channel Dimension", "2 [Ch]"],
  ["T Dimension", "1, 0.000 - 0.999 [s], Interval FreeRun"],
  ["[Image]", ""],
  ["Image Size", "40 * 1000 [pixel]"],
  ["Image Size(Unit Converted)", "11.360 [µm] * 1000.000 [ms]"],
  ["[Reference Image]", ""],
  ["Image Size", "512 * 512 [pixel]"],
  ["[Channel 1]", ""],
  ["Dye Name", "FITC"],
  ["Bits/Pixel", "12 [bits]"],
  ["[Channel 2]", ""],
  ["Dye Name", "TRITC"],
  ["Emission WaveLength", "580 [nm]"],
] as const;

const asText = (isQuoted: boolean, ending: string): string =>
  HEADER.map(([key, value]) =>
    isQuoted ? `"${key}"\t"${value}"` : value === "" ? key : `${key}\t${value}`,
  ).join(ending);

const EXPECTED: Partial<OlympusHeader> = {
  linesPerImage: 1000,
  pxPerLine: 40,
  umPerPx: 0.284,
  durationS: 0.999,
  secondsPerLine: 0.000999,
  secondsPerLineExact: 0.001,
  date: "2025-07-22",
  time: "14:54:36.250",
  acquiredLocalEpochNs: BigInt(Date.UTC(2025, 6, 22, 14, 54, 36, 250)) * 1_000_000n,
  bitsPerPixel: 12,
  channelCount: 2,
  scanMode: "XT",
  name: "test.oir",
  warnings: [],
};

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string, isLittle: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let index = 0; index < text.length; index++) {
    view.setUint16(index * 2, text.charCodeAt(index), isLittle);
  }
  return new Uint8Array(view.buffer);
};

test.for([
  ["utf-8", new TextEncoder().encode(asText(true, "\r\n"))],
  ["utf-8", new TextEncoder().encode(`\uFEFF${asText(true, "\n")}`)],
  ["utf-8", new TextEncoder().encode(asText(false, "\r"))],
  ["latin1", latin1(asText(true, "\r\n"))],
  ["utf-16le", utf16(`\uFEFF${asText(true, "\r\n")}`, true)],
  ["utf-16be", utf16(`\uFEFF${asText(false, "\n")}`, false)],
  ["utf-16le", utf16(asText(true, "\n"), true)],
] as const)("a header in %s is read the same", ([encoding, bytes]) => {
  const header = readOlympusHeader(bytes);
  expect(header).toMatchObject({ ...EXPECTED, encoding });
  expect(header.channels).toMatchObject([
    { channel: 1, dye: "FITC", bitsPerPixel: 12 },
    { channel: 2, dye: "TRITC", emissionNm: 580 },
  ]);
  expect(
    header.sections.flatMap(({ name, entries }) => [name, ...entries.map(({ key }) => key)]),
  ).toHaveLength(HEADER.length);
});

/** Stem, lines, columns, µm/px, seconds per line as stored analyses have it, and the true period. */
const KNOWN = [
  ["Capillary1_0001.txt", 30000, 38, 0.284, 0.0011699666666666665, 0.00117, "2022-11-02", "12:30:15.461"],
  [
    "28d AngII/20250722/20250722_A89_0002.txt",
    30000,
    19,
    0.45,
    0.0011339666666666667,
    0.001134,
    "2025-07-22",
    "12:13:14.620",
  ],
  [
    "28d AngII/20250722/20250722_A89_0003.txt",
    30000,
    10,
    0.45,
    0.0011139666666666666,
    0.001114,
    "2025-07-22",
    "12:14:20.091",
  ],
] as const;

test.runIf(folder !== "").for(KNOWN)(
  "%s has the numbers that are known",
  ([name, lines, columns, um, legacy, exact, date, time]) => {
    const header = readOlympusHeader(readFileSync(join(folder, name)));
    expect(header).toMatchObject({
      encoding: "utf-8",
      linesPerImage: lines,
      pxPerLine: columns,
      umPerPx: um,
      secondsPerLine: legacy,
      secondsPerLineExact: exact,
      date,
      time,
      bitsPerPixel: 12,
      channelCount: 1,
      systemName: "FVMPE-RS",
      warnings: [],
    });
    expect(header.sections.map((section) => section.name)).toEqual([
      "General",
      "Dimensions",
      "Image",
      "Reference Image",
      "Acquisition",
      "Channel 1",
    ]);
    expect(header.sections.flatMap(({ entries }) => entries)).toHaveLength(42);
  },
);

test.runIf(folder !== "")("what a header says of its acquisition is kept whole", () => {
  const header = readOlympusHeader(readFileSync(join(folder, "28d AngII/20250722/20250722_A89_0002.txt")));
  expect(header.path).toBe("D:/Users/Dec/20250722 WT Male 28d AngII 14d Recovery");
  expect(header.channels).toEqual([
    {
      channel: 1,
      name: "RNDD2",
      dye: "EGFP",
      emissionNm: 510,
      excitationNm: 920,
      pmtVoltageV: 550,
      bitsPerPixel: 12,
    },
  ]);
  expect(header.acquiredLocalEpochNs).toBe(BigInt(Date.UTC(2025, 6, 22, 12, 13, 14, 620)) * 1_000_000n);
});

test("a garbled value leaves its field out, with a warning, and the others in", () => {
  const text = asText(true, "\n")
    .replace("0.284 [µm/pixel]", "what [µm/pixel]")
    .replace("0.999 [s]", "0.999 [parsecs]")
    .replace("40 * 1000 [pixel]", "40 x 1000")
    .replace("PM", "QM");
  const header = readOlympusHeader(new TextEncoder().encode(text));
  expect(header).toMatchObject({
    umPerPx: undefined,
    durationS: undefined,
    linesPerImage: undefined,
    secondsPerLine: undefined,
  });
  expect(header).toMatchObject({
    date: "2025-07-22",
    time: undefined,
    acquiredLocalEpochNs: undefined,
    scanMode: "XT",
  });
  expect(header.warnings).toHaveLength(4);
  expect(header.warnings.join()).toMatch(/X Dimension.*what.*/);
});

test("what is not there is undefined, without a warning", () => {
  const header = readOlympusHeader(new TextEncoder().encode('"[General]"\t""\n"Name"\t"x.oir"\n'));
  expect(header).toMatchObject({
    name: "x.oir",
    umPerPx: undefined,
    date: undefined,
    channels: [],
    warnings: [],
  });
});

test.for(["", "notes about mouse 12", "a,b\n1,2\n", '{"header": {}}', "[General]", "[Other]\nName\tx"])(
  "%j is no Olympus header",
  async (text) => {
    expect(await codeOf(() => readOlympusHeader(new TextEncoder().encode(text)))).toBe("invalid_file");
  },
);

test("a header of more than a megabyte is none, and neither is half a UTF-16 character", async () => {
  expect(await codeOf(() => readOlympusHeader(new Uint8Array(1 << 21)))).toBe("invalid_file");
  expect(await codeOf(() => readOlympusHeader(Uint8Array.of(0xff, 0xfe, 0x41)))).toBe("invalid_file");
});

test.for([
  ["11/02/2022 12:30:15.461 PM", "12:30:15.461"],
  ["11/02/2022 12:30:15.461 AM", "00:30:15.461"],
  ["11/02/2022 02:54:36 PM", "14:54:36"],
  ["11/02/2022 02:54:36 AM", "02:54:36"],
  ["11/02/2022 14:54:36 PM", "14:54:36"],
  ["11/02/2022 14:54:36", "14:54:36"],
  ["11/02/2022 00:10:00 AM", "00:10:00"],
  ["11/02/2022 1:02:03 pm", "13:02:03"],
] as const)("%s is %s", ([text, time]) => {
  expect(parseOlympusDate(text)).toMatchObject({ date: "2022-11-02", time });
});

test.for([
  "11/02/2022 00:10:00 PM",
  "11/02/2022 24:00:00",
  "11/02/2022 12:60:00 PM",
  "11/02/2022 noon",
  "11/02/2022",
  "22/07/2025 10:00:00 AM",
  "02/30/2022 10:00:00 AM",
  "2022-11-02",
  "",
])("%j has no time that can be believed, and says so", (text) => {
  const parsed = parseOlympusDate(text);
  expect(parsed.time).toBeUndefined();
  expect(parsed.localEpochNs).toBeUndefined();
  expect(parsed.warning).toContain("cannot be read");
});

test("any moment with its digits down to nanoseconds is read without a time zone", () => {
  const anyMoment = fc.record({
    ms: fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2090, 0, 1) }),
    digits: fc.stringMatching(/^\d{0,9}$/),
  });
  fc.assert(
    fc.property(anyMoment, ({ ms, digits }) => {
      const instant = new Date(Math.floor(ms / 1000) * 1000);
      const [hour, pad] = [instant.getUTCHours(), (part: number) => String(part).padStart(2, "0")];
      const clock = `${pad(hour % 12 === 0 ? 12 : hour % 12)}:${pad(instant.getUTCMinutes())}:${pad(instant.getUTCSeconds())}`;
      const day = `${pad(instant.getUTCMonth() + 1)}/${pad(instant.getUTCDate())}/${instant.getUTCFullYear()}`;
      const decimals = digits === "" ? "" : `.${digits}`;
      const { localEpochNs } = parseOlympusDate(`${day} ${clock}${decimals} ${hour < 12 ? "AM" : "PM"}`);
      expect(localEpochNs).toBe(BigInt(instant.getTime()) * 1_000_000n + BigInt(digits.padEnd(9, "0")));
    }),
  );
});

test("whatever bytes come, reading ends in a header or a typed error", () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.string({ maxLength: 80 }).map((text) => new TextEncoder().encode(`[General]\nDate\t${text}`)),
  );
  fc.assert(
    fc.property(some, (bytes) => {
      try {
        readOlympusHeader(bytes);
      } catch (error) {
        expect(error).toMatchObject({ name: "LegacyIoError", code: "invalid_file" });
      }
    }),
    { numRuns: 1000 },
  );
});

test("a header of more lines than any microscope writes is refused", () => {
  const bytes = new TextEncoder().encode(`[General]\n${"k\tv\n".repeat(2 ** 14)}`);
  expect(() => readOlympusHeader(bytes)).toThrow(/more than 16384 lines/);
});
