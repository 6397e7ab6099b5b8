import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, unzipSync, Zip, ZipDeflate, zipSync } from "fflate";
import { afterAll, beforeAll, expect, it } from "vitest";
import writeExcelFile from "write-excel-file/node";
import { boundedWorkbook } from "../../../../src/commands/edit/sheet/bounded-workbook.ts";
import { readCsvSheet, readSheet, type SheetLimits } from "../../../../src/commands/edit/sheet/read-sheet.ts";

let folder = "";
let workbook = new Uint8Array();
/** What the XML of the workbook has when unpacked. */
let unpackedBytes = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-read-sheet-"));
  const rows = Array.from({ length: 300 }, (_, row) => [{ value: `scan-${row}` }, { value: "AngII" }]);
  const buffer = await writeExcelFile([[{ value: "image_id" }, { value: "condition" }], ...rows]).toBuffer();
  workbook = new Uint8Array(buffer);
  const xml = unzipSync(workbook, { filter: ({ name }) => /\.xml(\.rels)?$/.test(name) });
  unpackedBytes = Object.values(xml).reduce((sum, part) => sum + part.length, 0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(name: string, bytes: Uint8Array, limits?: SheetLimits) {
  await writeFile(join(folder, name), bytes);
  return readSheet(name, contextOf(), limits);
}

const contextOf = () => ({
  resolvePath: (path: string) => join(folder, path),
  stdin: () => ({ async *[Symbol.asyncIterator]() {} }),
});

it("an Excel file that unpacks to more than the limit is refused with the limit, and one of just the limit is read", async () => {
  const maxBytes = workbook.length;
  const { rows } = await read("a.xlsx", workbook, { maxBytes, maxUnpackedBytes: unpackedBytes });
  expect([rows.length, rows[299]?.cells.get("image_id")?.text]).toEqual([300, "scan-299"]);
  await expect(
    read("a.xlsx", workbook, { maxBytes, maxUnpackedBytes: unpackedBytes - 1 }),
  ).rejects.toMatchObject({
    code: "invalid_file",
    message: `a.xlsx cannot be read as .xlsx: it unpacks to ${unpackedBytes} bytes, and at most ${unpackedBytes - 1} are read`,
  });
});

it("a part that unpacks to another size than the file says is refused while it is unpacked", async () => {
  for (const said of [10, 1_000_000]) {
    const bytes = Uint8Array.from(workbook);
    const view = new DataView(bytes.buffer);
    view.setUint32(entryOf(bytes, "/sheet1.xml") + 24, said, true);
    await expect(boundedWorkbook(bytes, 2_000_000)).rejects.toThrow(
      new RegExp(`sheet1.xml" is damaged, or unpacks to another size than the ${said} bytes`),
    );
  }
});

it("what the library reads has no compression, right sizes and nothing but XML", async () => {
  const parts = { "a.xml": strToU8("<a/>"), "b.xml.rels": new Uint8Array(), "media/c.png": strToU8("png") };
  const streamed = await zipInPieces(parts);
  // The header before a part may say any size: the list at the end counts.
  new DataView(streamed.buffer).setUint32(22, 4_000_000_000, true);
  for (const bytes of [zipSync(parts), streamed, withComment(zipSync(parts))]) {
    const bounded = await boundedWorkbook(bytes, 4);
    expect(Object.entries(unzipSync(bounded)).map(([name, { length }]) => [name, length])).toEqual([
      ["a.xml", 4],
      ["b.xml.rels", 0],
    ]);
    expect(new DataView(bounded.buffer, bounded.byteOffset).getUint32(22, true)).toBe(4);
  }
});

it("a zip that is cut off, encrypted or damaged in its list is refused with the part", async () => {
  const bytes = zipSync({ "a.xml": strToU8("<a/>".repeat(50)) });
  const changed = (at: number, value: number): Uint8Array => Uint8Array.from(bytes).fill(value, at, at + 1);
  const listed = entryOf(bytes, "a.xml");
  await expect(boundedWorkbook(bytes.subarray(0, -9), 999)).rejects.toThrow("not a zip, or was cut off");
  await expect(boundedWorkbook(new Uint8Array(4), 999)).rejects.toThrow("not a zip");
  await expect(boundedWorkbook(changed(listed + 8, 1), 999)).rejects.toThrow('"a.xml" is encrypted');
  await expect(boundedWorkbook(changed(listed + 10, 99), 999)).rejects.toThrow("not known");
  await expect(boundedWorkbook(changed(listed + 43, 99), 999)).rejects.toThrow("not where its list says");
  await expect(boundedWorkbook(changed(listed + 16, 99), 999)).rejects.toThrow("damaged");
  await expect(boundedWorkbook(changed(listed, 0), 999)).rejects.toThrow("list of parts is damaged");
});

it("a file that is too large is refused by its size, before any of it is read", async () => {
  const file = await open(join(folder, "big.csv"), "w");
  await file.truncate(2 ** 40);
  await file.close();
  await expect(readSheet("big.csv", contextOf())).rejects.toMatchObject({
    code: "too_large",
    message: `big.csv has more than ${64 * 1024 * 1024} bytes`,
  });
});

it.each([
  ["commas", "image_id,note,um_per_px\na,x;y,1.5\n", { text: "x;y", decimalComma: false }],
  ["semicolons", "image_id;note;um_per_px\r\na;x,y;1,5\r\n", { text: "x,y", decimalComma: true }],
  ["tabs", "\ufeffimage_id\tnote, if any\na\tx,y\n", { text: "x,y", decimalComma: false }],
  [
    "tabs beside decimal commas",
    "image_id\tnote\tum_per_px\na\tx,y\t0,25\nb\t1,5\t0,125\n",
    { text: "x,y", decimalComma: true },
  ],
  [
    "tabs beside what may be thousands",
    "image_id\tnote\tum_per_px\na\tx,y\t1,234\n",
    { text: "x,y", decimalComma: false },
  ],
  ["quotes", '"image_id";"a, b";c\n"a";"x;""y"",\nz";1\n', { text: 'x;"y",\nz', decimalComma: true }],
  ["empty quotes", 'image_id;"";note\na;"";"",\n', undefined],
])("what stands between the cells is found in the line of the titles: %s", (_, csv, expected) => {
  const read = (): unknown => {
    const { rows, titles, decimalComma } = readCsvSheet(new TextEncoder().encode(csv));
    return { text: rows[0]?.cells.get(titles[1] ?? "")?.text, decimalComma };
  };
  if (expected === undefined) {
    expect(read).toThrow("quote");
  } else {
    expect(read()).toEqual(expected);
  }
});

/** The offset of a part in the list at the end. */
function entryOf(bytes: Uint8Array, ending: string): number {
  const text = Buffer.from(bytes).toString("latin1");
  const name = new RegExp(`PK\u0001\u0002[^]{42}[\\w/.]*${ending}(?!\\.)`).exec(text);
  return name?.index ?? -1;
}

function withComment(bytes: Uint8Array): Uint8Array {
  const comment = strToU8("made by hand");
  const whole = Uint8Array.from([...bytes, ...comment]);
  new DataView(whole.buffer).setUint16(bytes.length - 2, comment.length, true);
  return whole;
}

/** A zip as programs write it into a pipe: the sizes stand behind each part. */
async function zipInPieces(parts: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((_, piece) => pieces.push(piece));
  for (const [name, bytes] of Object.entries(parts)) {
    const part = new ZipDeflate(name);
    zip.add(part);
    part.push(bytes, true);
  }
  zip.end();
  return Uint8Array.from(Buffer.concat(pieces));
}

it("a CSV that Excel on Windows saved keeps its umlauts, with semicolons between cells and commas in them", () => {
  const text = "image_id;note\r\na;\xdcbung, 5 \xb5m\r\nb;gro\xdf\r\n";
  const { rows, titles, assumedEncoding } = readCsvSheet(new Uint8Array(Buffer.from(text, "latin1")));
  expect(assumedEncoding).toBe("windows-1252");
  expect(titles).toEqual(["image_id", "note"]);
  expect(rows.map(({ cells }) => cells.get("note")?.text)).toEqual(["Übung, 5 µm", "groß"]);
});

it.each(["utf-16le", "utf-16be"] as const)("a CSV in %s keeps what stands in quotes", (encoding) => {
  for (const mark of ["\ufeff", ""]) {
    const csv = Buffer.from(
      `${mark}image_id;note;um_per_px\r\na;"x; y, \u201ez\u201c";0,5\r\nb;c, d;1,5\r\n`,
      "utf16le",
    );
    const bytes = new Uint8Array(encoding === "utf-16le" ? csv : csv.swap16());
    const { rows, decimalComma } = readCsvSheet(bytes);
    expect(rows.map(({ cells }) => cells.get("note")?.text)).toEqual(["x; y, \u201ez\u201c", "c, d"]);
    expect([rows[1]?.cells.get("um_per_px")?.text, decimalComma]).toEqual(["1,5", true]);
  }
});
