import { Buffer } from "node:buffer";
import { deflateRawSync, crc32 as zlibCrc32 } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32 } from "../../../src/exchange/zip/crc32.ts";
import { inflate } from "../../../src/exchange/zip/inflate.ts";
import { readZipEntry } from "../../../src/exchange/zip/read-zip-entry.ts";
import { writeZip, type ZipFile } from "../../../src/exchange/zip/write-zip.ts";
import { readZipDirectory } from "../../../src/exchange/zip/zip-directory.ts";
import { readImageJRois } from "../../../src/imagej/index.ts";
import { naiveZip } from "../imagej/naive-zip.ts";

const MOST = 2 ** 20;
const FILES: readonly ZipFile[] = [
  { name: "a.txt", bytes: Buffer.from("one") },
  { name: "folder/µ.txt", bytes: Buffer.from("two, and more") },
];
const ZIP = writeZip(FILES);
/** Where the list of entries begins, and in it the first entry. */
const LIST = Buffer.from(ZIP).indexOf("504b0102", 0, "hex");
const END = ZIP.length - 22;

async function readAll(bytes: Uint8Array): Promise<readonly ZipFile[]> {
  const directory = readZipDirectory(bytes);
  return Promise.all(
    directory.entries.map(async (entry) => ({
      name: entry.name,
      bytes: await readZipEntry(bytes, directory, entry, MOST),
    })),
  );
}

function changed(offset: number, ...bytes: readonly number[]): Uint8Array {
  const copy = ZIP.slice();
  copy.set(bytes, offset);
  return copy;
}

describe("a zip", () => {
  test("comes back as it was written, and other readers find the same in it", async () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 });
    const files = fc.uniqueArray(fc.record({ name, bytes: fc.uint8Array() }), {
      selector: (file) => file.name,
    });
    await fc.assert(
      fc.asyncProperty(files, async (written) => {
        const bytes = writeZip(written);
        expect(await readAll(bytes)).toEqual(written);
        expect(naiveZip(bytes).map((file) => ({ ...file, bytes: new Uint8Array(file.bytes ?? []) }))).toEqual(
          written,
        );
      }),
    );
  });

  test("has the checksums that zlib has", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(crc32(bytes)).toBe(zlibCrc32(bytes));
      }),
    );
  });

  test("may have a comment that looks like another end", async () => {
    const comment = Buffer.concat([Buffer.from("504b0506", "hex"), Buffer.alloc(30)]);
    const bytes = Buffer.concat([changed(END + 20, comment.length), comment]);
    expect(await readAll(bytes)).toHaveLength(2);
  });

  test.each([
    ["bytes before it", Buffer.concat([Buffer.alloc(1), ZIP])],
    ["bytes behind it", Buffer.concat([ZIP, Buffer.alloc(1)])],
    ["an end that was cut off", ZIP.subarray(0, -1)],
    ["nothing in it", new Uint8Array()],
    ["more entries counted than there are", changed(END + 8, 3, 0, 3, 0)],
    ["fewer entries counted than there are", changed(END + 8, 1, 0, 1, 0)],
    ["a name that runs into the end", changed(LIST + 28, 255, 255)],
  ])("with %s is refused", (_, bytes) => {
    expect(() => readZipDirectory(bytes)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  test.each([
    ["of 64 bits", changed(END + 10, 255, 255)],
    ["of 64 bits, by the place of its list", changed(END + 16, 255, 255, 255, 255)],
    ["in several parts", changed(END + 4, 1)],
    ["in several parts, by an entry", changed(LIST + 34, 1)],
  ])("%s is not supported", (_, bytes) => {
    expect(() => readZipDirectory(bytes)).toThrow(expect.objectContaining({ code: "not_supported" }));
  });

  test.each([
    ["encrypted", "not_supported", changed(LIST + 8, 1)],
    ["of 64 bits", "not_supported", changed(LIST + 24, 255, 255, 255, 255)],
    ["compressed in another way", "not_supported", changed(LIST + 10, 12)],
    ["larger than it may be", "invalid_argument", changed(LIST + 24, 1, 0, 0x20)],
    ["stored in another size", "invalid_argument", changed(LIST + 24, 2)],
    ["of another checksum", "invalid_argument", changed(LIST + 16, 0)],
    ["elsewhere", "invalid_argument", changed(LIST + 42, 1)],
    ["beyond the list", "invalid_argument", changed(LIST + 42, LIST - 1)],
    ["of another method in its own header", "invalid_argument", changed(8, 8)],
    [
      "longer than what lies before the list",
      "invalid_argument",
      changed(LIST + 20, 200, 0, 0, 0, 200, 0, 0, 0),
    ],
  ])("an entry that is %s fails as %s, and the other is read", async (_, code, bytes) => {
    const directory = readZipDirectory(bytes);
    const [first, second] = directory.entries.map((entry) => readZipEntry(bytes, directory, entry, MOST));
    await expect(first).rejects.toMatchObject({ name: "RoiError", code });
    expect(await second).toEqual(new Uint8Array(FILES[1]?.bytes ?? []));
  });

  test.each([
    ["one name twice", [FILES[0]!, FILES[0]!]],
    ["no name", [{ name: "", bytes: new Uint8Array() }]],
    ["a name of 70 000 bytes", [{ name: "a".repeat(70_000), bytes: new Uint8Array() }]],
    [
      "more than 65 534 entries",
      Array.from({ length: 65_535 }, (__, n) => ({ name: String(n), bytes: new Uint8Array() })),
    ],
  ])("is not written with %s", (_, files) => {
    expect(() => writeZip(files)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });
});

describe("what is deflated", () => {
  test("is inflated by as much as it says, and not one chunk more", async () => {
    const million = new Uint8Array(10 ** 6);
    const packed = deflateRawSync(million);
    expect(packed.length).toBeLessThan(1100);
    expect(await inflate(packed, 10 ** 6, "entry")).toEqual(million);
    await expect(inflate(packed, 1000, "entry")).rejects.toThrow("entry: expected 1000 bytes when inflated");
    await expect(inflate(packed, 10 ** 6 + 1, "entry")).rejects.toThrow("when inflated, found 1000000");
  });

  test("and is cut off or something else is refused", async () => {
    const packed = deflateRawSync(Buffer.from("a".repeat(99)));
    await expect(inflate(packed.subarray(0, -1), 99, "entry")).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(inflate(Buffer.from("not deflated"), 99, "entry")).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });
});

test("a zip whose entries say that they are more than 256 MiB together is not unpacked at all", async () => {
  const files = Array.from({ length: 17 }, (_, n) => ({ name: `${n}.roi`, bytes: new Uint8Array(1) }));
  const bytes = writeZip(files);
  const view = new DataView(bytes.buffer);
  for (let at = Buffer.from(bytes).indexOf("504b0102", 0, "hex"); at >= 0 && at < bytes.length - 22; ) {
    view.setUint32(at + 24, 2 ** 24, true);
    at = Buffer.from(bytes).indexOf("504b0102", at + 4, "hex");
  }
  await expect(readImageJRois(bytes)).rejects.toThrow("expected entries of at most 268435456 bytes together");
});
