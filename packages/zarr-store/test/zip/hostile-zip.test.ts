import { describe, expect, it } from "vitest";
import { ZarrStoreError } from "../../src/errors.ts";
import { parseStoreKey } from "../../src/store/store-key.ts";
import { type ZipSource, zipSourceOf } from "../../src/zip/zip-source.ts";
import { openZip } from "../../src/zip/zip-store.ts";
import { type MadeEnd, type MadeEntry, madeZip, numbers } from "./made-zip.ts";

const A: MadeEntry = { name: "a.txt", text: "first" };
const B: MadeEntry = { name: "b/c.txt", text: "second", isDeflated: true };
const LINK = { madeBy: (3 << 8) | 20, attributes: 0o120777 * 2 ** 16 };
const ONES = 0xffff_ffff;
const END = numbers([4, 0x0605_4b50], [8, 0], [8, 0], [2, 0]);

/** Nothing outside the file is asked for, whatever the file says. */
function withinBounds(bytes: Uint8Array): ZipSource {
  const source = zipSourceOf("x.zip", bytes);
  return {
    ...source,
    read: (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > bytes.length) {
        throw new Error(`asks for ${length} bytes from ${offset} of ${bytes.length}`);
      }
      return source.read(offset, length);
    },
  };
}

/** Opens a file and reads all that is in it; what it refuses, as its code and message. */
async function readAll(bytes: Uint8Array): Promise<Readonly<Record<string, string>> | string> {
  try {
    const store = await openZip(withinBounds(bytes));
    const texts: Record<string, string> = {};
    for (const key of store.keys) {
      texts[key] = new TextDecoder().decode(await store.get(key));
    }
    return texts;
  } catch (error) {
    if (!(error instanceof ZarrStoreError)) {
      throw error;
    }
    return `${error.code}: ${error.message}`;
  }
}

const entries = (...made: readonly MadeEntry[]): Uint8Array => madeZip(made);
const ended = (end: MadeEnd): Uint8Array => madeZip([A, B], end);

const HOSTILE: readonly (readonly [what: string, bytes: Uint8Array, refusal: RegExp])[] = [
  [
    "two entries that share their bytes",
    entries(A, { ...B, directory: { offset: 0 } }),
    /^invalid_file: .*overlaps/,
  ],
  [
    "an entry inside another one",
    entries({ ...A, says: { packedBytes: 30, sizeBytes: 30 } }, B),
    /^invalid_file: .*"a.txt" overlaps/,
  ],
  [
    "an entry that reaches into the directory",
    entries({ ...A, says: { packedBytes: 6, sizeBytes: 6 } }),
    /^invalid_file: .*overlaps/,
  ],
  [
    "an entry beyond the end of the file",
    entries({ ...A, directory: { offset: 1 << 30 } }),
    /^invalid_file: .*overlaps/,
  ],
  [
    "a size beyond the end of the file",
    entries({ ...A, says: { packedBytes: ONES - 1, sizeBytes: ONES - 1 } }),
    /^invalid_file: .*overlaps/,
  ],
  ["a path with dots", entries({ name: "../a.txt" }), /^invalid_name: .*"\.\.\/a\.txt" has a name/],
  ["dots within a path", entries({ name: "b/../../a.txt" }), /^invalid_name/],
  ["an absolute path", entries({ name: "/etc/passwd" }), /^invalid_name/],
  ["a path of Windows", entries({ name: "C:\\a.txt" }), /^invalid_name/],
  ["a path with backslashes", entries({ name: "..\\a.txt" }), /^invalid_name/],
  ["an empty name", entries({ name: "" }), /^invalid_name/],
  ["a name with a zero byte", entries({ name: "a.txt\0.png" }), /^invalid_name/],
  [
    "a name that is not UTF-8",
    entries({ name: "", nameBytes: Buffer.from([0xff, 0x61]) }),
    /^invalid_name: .*not UTF-8/,
  ],
  ["one name twice", entries(A, A), /^invalid_file: .*"a.txt" stands twice/],
  ["a file below a file", entries(A, { name: "a.txt/b" }), /^invalid_file: .*lies below/],
  ["a file that is a folder", entries(A, { name: "a.txt/" }), /^invalid_file: .*a file and a folder/],
  ["a folder with bytes", entries({ name: "b/", text: "x" }), /^invalid_file: .*folder with bytes/],
  ["a link", entries({ ...A, directory: LINK }), /^not_supported: .*"a.txt" is a link/],
  ["another compression", entries({ ...A, says: { method: 93 } }), /^not_supported: .*method 93/],
  ["an encrypted entry", entries({ ...A, says: { flags: 1 } }), /^not_supported: .*encrypted/],
  ["a strongly encrypted entry", entries({ ...A, says: { flags: 65 } }), /^not_supported: .*encrypted/],
  ["a hidden directory", entries({ ...A, says: { flags: 1 << 13 } }), /^not_supported: .*encrypted/],
  ["an entry on another disk", entries({ ...A, directory: { disk: 1 } }), /^not_supported: .*split/],
  ["an end on another disk", ended({ disk: 1 }), /^not_supported: .*split/],
  ["fewer entries here than in all", ended({ here: 1 }), /^not_supported: .*split/],
  ["two disks by the locator", ended({ end64: { disks: 2 } }), /^not_supported: .*split/],
  ["more entries than there are", ended({ numEntries: 3 }), /^invalid_file: .*directory that/],
  ["fewer entries than there are", ended({ numEntries: 1 }), /^invalid_file: .*more than its 1 entries/],
  [
    "a million entries in a hundred bytes",
    ended({ end64: { numEntries: 1_000_000n }, numEntries: 0xffff }),
    /^invalid_file: .*lies or is too large/,
  ],
  ["2^60 entries", ended({ end64: { numEntries: 2n ** 60n }, numEntries: 0xffff }), /^invalid_file: .*2\^53/],
  ["a directory elsewhere", ended({ directoryOffset: 3 }), /^invalid_file: .*does not lie where/],
  [
    "a directory that is longer than it says",
    ended({ directoryBytes: 10 }),
    /^invalid_file: .*does not lie where/,
  ],
  [
    "bytes between directory and end",
    ended({ between: Buffer.from("more") }),
    /^invalid_file: .*does not lie where/,
  ],
  [
    "bytes before the first entry that offsets do not count",
    Buffer.concat([Buffer.from("MZ"), ended({})]),
    /^invalid_file: .*does not lie where/,
  ],
  ["a comment with a second end record", ended({ comment: END }), /^invalid_file: .*second end record/],
  [
    "a comment with half of one",
    ended({ comment: Buffer.from("PK\u0005\u0006 x") }),
    /^invalid_file: .*second end record/,
  ],
  ["bytes after the comment", Buffer.concat([ended({}), Buffer.from("x")]), /^invalid_file: .*no end record/],
  ["a file that was cut off", ended({}).subarray(0, -30), /^invalid_file: .*no end record/],
  ["no zip at all", Buffer.from("hello"), /^invalid_file: .*not a zip file/],
  ["nothing", new Uint8Array(), /^invalid_file: .*not a zip file/],
  [
    "end records that contradict each other",
    ended({ end64: { numEntries: 1n } }),
    /^invalid_file: .*contradict/,
  ],
  ["an end of 64 bits elsewhere", ended({ end64: { locatorAt: 5n } }), /^invalid_file: .*locator/],
  [
    "an end of 64 bits beyond the file",
    ended({ end64: { locatorAt: 2n ** 40n } }),
    /^invalid_file: .*locator/,
  ],
  ["an end of 64 bits of another length", ended({ end64: { recordBytes: 60n } }), /^invalid_file: .*locator/],
  [
    "a number of 64 bits that is not there",
    entries({ ...A, says: { sizeBytes: ONES, packedBytes: ONES } }),
    /^invalid_file: .*64 bits, and has none/,
  ],
  [
    "numbers of 64 bits beyond the file",
    entries({
      ...A,
      says: { sizeBytes: ONES, packedBytes: ONES },
      extra: numbers([2, 1], [2, 16], [8, 2n ** 50n], [8, 2n ** 50n]),
    }),
    /^invalid_file: .*overlaps/,
  ],
  [
    "numbers of 32 and 64 bits that differ",
    entries({ ...A, extra: numbers([2, 1], [2, 16], [8, 7n], [8, 7n]) }),
    /^invalid_file: .*contradict/,
  ],
  [
    "numbers of 64 bits twice",
    entries({ ...A, extra: numbers([2, 1], [2, 0], [2, 1], [2, 0]) }),
    /^invalid_file: .*twice/,
  ],
  [
    "extra fields that are longer than they say",
    entries({ ...A, extra: numbers([2, 9], [2, 900]) }),
    /^invalid_file: .*extra fields/,
  ],
  ["a stored entry of two sizes", entries({ ...A, says: { sizeBytes: 4 } }), /^invalid_file: .*cannot be/],
  ["a bomb", entries({ ...B, says: { sizeBytes: ONES - 1 } }), /^invalid_file: .*cannot be/],
  [
    "a deflated entry that becomes longer than it says",
    entries({ ...B, says: { sizeBytes: 3 } }),
    /^invalid_file: .*"b\/c.txt" is damaged/,
  ],
  [
    "a deflated entry that becomes shorter",
    entries({ ...B, says: { sizeBytes: 60 } }),
    /^invalid_file: .*"b\/c.txt"/,
  ],
  [
    "bytes after a deflated stream",
    entries({ ...B, packed: Buffer.concat([Buffer.from("K\u0004\u0000", "latin1"), Buffer.from("more")]) }),
    /^invalid_file: .*"b\/c.txt" is damaged/,
  ],
  [
    "another name in the local header",
    entries({ ...A, localName: "b.txt" }),
    /^invalid_file: .*local header that differs.*"b.txt"/,
  ],
  [
    "another method in the local header",
    entries({ ...A, local: { method: 8 } }),
    /^invalid_file: .*local header that differs/,
  ],
  [
    "another size in the local header",
    entries({ ...A, local: { sizeBytes: 4 } }),
    /^invalid_file: .*local header that differs.*the size/,
  ],
  [
    "another checksum in the local header",
    entries({ ...A, local: { crc: 4 } }),
    /^invalid_file: .*differs.*CRC-32/,
  ],
  [
    "encryption in the local header alone",
    entries({ ...A, local: { flags: 1 } }),
    /^invalid_file: .*differs.*flags/,
  ],
  [
    "no local header",
    Buffer.concat([Buffer.alloc(4), entries(A).subarray(4)]),
    /^invalid_file: .*differs.*it has no header/,
  ],
  [
    "damaged bytes",
    entries({ ...A, packed: Buffer.from("fjrst") }),
    /^invalid_file: .*"a.txt" is damaged.*CRC-32/,
  ],
];

describe("a hostile zip file is refused by name", () => {
  it.each(HOSTILE)("%s", async (_what, bytes, refusal) => {
    expect(await readAll(bytes)).toMatch(refusal);
  });
});

it("files of other programs are read: deflated, with descriptors, folders, comments, 64 bits, gaps, and no flag for UTF-8", async () => {
  const made = madeZip(
    [
      { name: "b/" },
      { name: "é.txt", text: "later", local: { crc: 0, sizeBytes: 0, packedBytes: 0 }, says: { flags: 8 } },
      B,
      { ...A, extra: numbers([2, 0x5455], [2, 1], [2, 0]).subarray(0, 5) },
      {
        name: "n64",
        text: "x",
        says: { sizeBytes: ONES, packedBytes: ONES },
        extra: numbers([2, 1], [2, 16], [8, 1n], [8, 1n]),
      },
    ],
    { comment: Buffer.from("made by hand"), end64: {} },
  );
  expect(await readAll(made)).toEqual({ "a.txt": "first", "b/c.txt": "second", n64: "x", "é.txt": "later" });
  const store = await openZip(zipSourceOf("x.zip", made));
  expect(new TextDecoder().decode(store.comment)).toBe("made by hand");
  const [deflated, stored] = [parseStoreKey("b/c.txt"), parseStoreKey("a.txt")];
  for (const [key, text] of [
    [deflated, "con"],
    [stored, "rst"],
  ] as const) {
    const bytes = await store.getRange(key, { offset: 2, length: 3 });
    expect(new TextDecoder().decode(bytes)).toBe(text);
  }
  expect([await store.list(""), await store.stat(parseStoreKey("b"))]).toMatchObject([
    [{ name: "a.txt", kind: "file" }, { name: "b", kind: "directory" }, { name: "n64" }, { name: "é.txt" }],
    { kind: "directory" },
  ]);
});
