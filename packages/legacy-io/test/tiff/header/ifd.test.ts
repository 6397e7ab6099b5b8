import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { decodeBudget } from "../../../src/tiff/header/decode-budget.ts";
import { headerReader } from "../../../src/tiff/header/header-reader.ts";
import { scanDirectories, type TiffStructure } from "../../../src/tiff/header/ifd.ts";
import { DEFAULT_TIFF_LIMITS, type TiffLimits } from "../../../src/tiff/header/tiff-limits.ts";
import { codeOf } from "../../support/caught.ts";
import { buildTiff, elementBytes, greyTags } from "../tiff-fixture.ts";

const page = { tags: greyTags(2, 2), segments: [elementBytes([1, 2, 3, 4], 2)] };

function scan(bytes: Uint8Array, limits: Partial<TiffLimits> = {}): Promise<TiffStructure> {
  const all = { ...DEFAULT_TIFF_LIMITS, ...limits };
  const budget = decodeBudget(bytes.length, all);
  return scanDirectories(headerReader(bytesSource(bytes), budget, undefined), all);
}

test.for([
  { isLittleEndian: true, isBigTiff: false },
  { isLittleEndian: false, isBigTiff: false },
  { isLittleEndian: true, isBigTiff: true },
  { isLittleEndian: false, isBigTiff: true },
])("finds the directories of a file with %o", async (options) => {
  const structure = await scan(buildTiff([page, page, page], options));
  expect(structure).toMatchObject(options);
  expect(structure.directories).toHaveLength(3);
  expect(structure.directories[0]?.entries.get(256)).toMatchObject({ type: 4, count: 1 });
});

test("directories and entries are counted against the limits", async () => {
  const bytes = buildTiff([page, page, page]);
  expect(await codeOf(() => scan(bytes, { maxIfds: 2 }))).toBe("invalid_file");
  expect((await scan(bytes, { maxIfds: 3 })).directories).toHaveLength(3);
  expect(await codeOf(() => scan(bytes, { maxEntries: 7 }))).toBe("invalid_file");
});

test("directories that overlap cannot make reading endless", async () => {
  const bytes = new Uint8Array(40_000);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  const entries = 1000;
  view.setUint32(4, 8, true);
  for (let offset = 8; offset < 8 + 2 * entries; offset += 2) {
    view.setUint16(offset, entries, true);
    const next = offset + 2 + entries * 12;
    if (next + 4 <= bytes.length) {
      view.setUint32(next, offset + 2, true);
    }
  }
  expect(await codeOf(() => scan(bytes))).toBe("invalid_file");
});

test("entries of a type that TIFF does not have are passed over", async () => {
  const strange = { tag: 300, type: 7, values: [1] } as const;
  const bytes = buildTiff([{ ...page, tags: [...page.tags, strange] }]);
  const view = new DataView(bytes.buffer);
  const at = view.getUint32(4, true);
  for (let index = 0; index < view.getUint16(at, true); index++) {
    if (view.getUint16(at + 2 + index * 12, true) === 300) {
      view.setUint16(at + 2 + index * 12 + 2, 77, true);
    }
  }
  const [directory] = (await scan(bytes)).directories;
  expect(directory?.entries.has(300)).toBe(false);
  expect(directory?.entries.has(256)).toBe(true);
});

test("a BigTIFF with offsets beyond 2^53, or of another size than 8 bytes, is refused", async () => {
  const far = buildTiff([page], { isBigTiff: true });
  new DataView(far.buffer).setBigUint64(8, 1n << 60n, true);
  expect(await codeOf(() => scan(far))).toBe("invalid_file");
  const narrow = buildTiff([page], { isBigTiff: true });
  new DataView(narrow.buffer).setUint16(4, 4, true);
  expect(await codeOf(() => scan(narrow))).toBe("invalid_file");
});

test("whatever bytes come, the scan ends in directories or a typed error", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), fc.boolean(), async (rest, le, big) => {
      const head = le ? [0x49, 0x49, big ? 43 : 42, 0] : [0x4d, 0x4d, 0, big ? 43 : 42];
      const outcome = await scan(Uint8Array.from([...head, ...rest])).catch((error: unknown) => error);
      expect(outcome instanceof Error ? outcome.name : "TiffStructure").toMatch(
        /^(LegacyIoError|TiffStructure)$/,
      );
    }),
    { numRuns: 300 },
  );
});
