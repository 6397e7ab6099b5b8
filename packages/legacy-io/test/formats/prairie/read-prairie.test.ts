import { describe, expect, it } from "vitest";
import { prairieScanOf } from "../../../src/formats/prairie/prairie-scan.ts";
import { isPrairieXml, readPrairie } from "../../../src/formats/prairie/read-prairie.ts";
import { caught } from "../../support/caught.ts";
import { PRAIRIE_FOLDER, prairieTruth, prairieXml, prairieXmlOf } from "../../support/prairie-files.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

it.skipIf(PRAIRIE_FOLDER === undefined)(
  "five real recordings of versions 4.3 to 5.6 say what is known of each cycle",
  async () => {
    for (const [name, { version, sequences }] of await prairieTruth()) {
      const bytes = await prairieXmlOf(name);
      expect(isPrairieXml(bytes.subarray(0, 4096))).toBe(true);
      const recording = await readPrairie(bytes);
      expect(recording).toMatchObject({ version, problems: [] });
      expect(recording.sequences.map(({ cycle }) => cycle)).toEqual(sequences.map(({ cycle }) => cycle));
      for (const truth of sequences) {
        const fileNames = truth.channels.map(({ file }) => file);
        const scan = prairieScanOf(recording, { fileNames, shape: truth.channels[0]?.shape ?? [] });
        expect(scan).toMatchObject({
          cycle: truth.cycle,
          umPerPx: truth.um_per_px,
          secondsPerLine: truth.seconds_per_line,
          start: { time: truth.time },
          line: { mode: truth.mode },
          channels: fileNames.map((fileName) => ({ fileName })),
          notes: [],
        });
      }
    }
  },
);

describe("what is bounded", () => {
  const refused: readonly (readonly [what: string, text: string, code: string, message: string])[] = [
    ["another root", "<OME/>", "invalid_file", "its root is OME"],
    ["no XML", "PVScan", "invalid_file", ""],
    ["an element that does not end", prairieXml().slice(0, -9), "invalid_file", "unclosed tag"],
    ["a DOCTYPE", '<!DOCTYPE PVScan [<!ENTITY a "b">]><PVScan/>', "not_supported", "DOCTYPE"],
    ["an entity of its own", '<PVScan notes="&a;"/>', "invalid_file", "undefined entity"],
    [
      "too deep",
      `<PVScan>${"<a>".repeat(40)}${"</a>".repeat(40)}</PVScan>`,
      "invalid_file",
      "deeper than 32",
    ],
    [
      "too many cycles",
      `<PVScan>${"<Sequence/>".repeat(20_001)}</PVScan>`,
      "invalid_file",
      "too many cycles",
    ],
    ["more than 8 MiB", `<PVScan>${" ".repeat(2 ** 23)}</PVScan>`, "invalid_file", "more than 8 MiB"],
  ];

  it.each(refused)("%s is refused", async (_, text, code, message) => {
    const error = await caught(() => readPrairie(bytesOf(text)));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
  });

  it("an attribute that is not a number counts as absent, and a recording without cycles says so", async () => {
    const broken = prairieXml().replace('value="0.5"', 'value="half"').replace('value="13"', 'value="0x0d"');
    expect((await readPrairie(bytesOf(broken))).whole).toEqual({
      scanLinePeriod: 0.003,
      pixelsPerLine: 256,
      linesPerFrame: 256,
    });
    expect((await readPrairie(bytesOf("<PVScan/>"))).problems).toEqual(["it has no Sequence"]);
  });

  it("the text may be UTF-16, and names with a path of either system are names", async () => {
    const text = prairieXml().replaceAll('filename="', 'filename="E:\\data\\day 1\\');
    const utf16 = Buffer.from(text, "utf16le");
    const { sequences } = await readPrairie(new Uint8Array(utf16));
    expect(sequences[0]?.frames[0]?.files[0]?.fileName).toBe("run_Cycle00001_Ch1_000001.ome.tif");
  });
});
