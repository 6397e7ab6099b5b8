import fileSystem, {
  appendFileSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { deflateSync, zstdCompressSync } from "node:zlib";
import { memoryStore, type NdArray, openDataset } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { afterEach, describe, expect, it } from "vitest";
import { sha256Of } from "../../../src/node/files/sha256-of.ts";
import { storeImage, tryStoreImage } from "../../../src/node/ingest/store-image.ts";
import { readBundle } from "../../../src/node/read/read-bundle.ts";
import { scanFolder } from "../../../src/node/scan/scan-folder.ts";
import { writeImageJTiff } from "../../../src/tiff/index.ts";
import { replaceExports } from "../../support/replace-exports.ts";
import { encodeLzw } from "../../tiff/codecs/encode-lzw.ts";
import { buildTiff, type FixtureOptions, greyTags, long, short } from "../../tiff/tiff-fixture.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

describe("a large image", () => {
  let folder = "";
  let restore = (): void => undefined;
  afterEach(() => {
    restore();
    rmSync(folder, { recursive: true, force: true });
  });
  const onlyBundle = async (bytes: Uint8Array, sidecars: Readonly<Record<string, string>> = {}) => {
    folder = await makeLabFolder({ "a.tif": bytes, ...sidecars });
    const { bundles } = await scanFolder(folder);
    const [bundle] = bundles;
    if (bundle === undefined) {
      throw new Error("no bundle");
    }
    return { ...bundle, image: { ...bundle.image, path: join(folder, "a.tif") } };
  };
  const wave = (length: number): Uint16Array<ArrayBuffer> =>
    Uint16Array.from({ length }, (_, index) => (index * 2654435761) >>> 16);
  const BIG_ENDIAN = buildTiff(
    [
      {
        tags: greyTags(3, 4, 16, [long(278, 2)]),
        segments: [new Uint8Array(wave(6).buffer), new Uint8Array(wave(6).buffer)],
      },
    ],
    { isLittleEndian: false },
  );

  /** Pages of lines in strips of so many rows, each compressed; the last strip of a page may have fewer. */
  const compressed = (
    code: number,
    encode: (bytes: Uint8Array) => Uint8Array,
    {
      lines,
      columns,
      rows,
      pages = 1,
      more = 0,
    }: Record<"lines" | "columns" | "rows", number> & { readonly pages?: number; readonly more?: number },
    options: FixtureOptions = {},
  ): Uint8Array<ArrayBuffer> => {
    const pixels = new Uint8Array(wave(pages * lines * columns).buffer);
    const rowBytes = columns * 2;
    return buildTiff(
      Array.from({ length: pages }, (_, page) => ({
        tags: greyTags(columns, lines, 16, [short(259, code), long(278, rows), ...PREDICTOR]),
        segments: Array.from({ length: Math.ceil(lines / rows) }, (__, strip) => {
          const first = page * lines + strip * rows;
          const stop = page * lines + Math.min(lines, (strip + 1) * rows);
          const bytes = pixels.subarray(first * rowBytes, stop * rowBytes);
          return encode(Buffer.concat([bytes, new Uint8Array(more)]));
        }),
      })),
      options,
    );
  };
  const PREDICTOR = [short(317, 2)];

  it.each<[string, Uint8Array]>([
    ["deflate, strips across chunks", compressed(8, deflateSync, { lines: 70_000, columns: 38, rows: 800 })],
    [
      "zstd in the other byte order, one strip a line",
      compressed(50_000, zstdCompressSync, { lines: 300, columns: 7, rows: 1 }, { isLittleEndian: false }),
    ],
    ["LZW, a stack", compressed(5, encodeLzw, { lines: 90, columns: 12, rows: 40, pages: 3 })],
    ["LZW, one strip", compressed(5, encodeLzw, { lines: 55, columns: 3, rows: 4_294_967_295 })],
    [
      "deflate, with more than rows",
      compressed(8, deflateSync, { lines: 90, columns: 9, rows: 40, more: 5 }),
    ],
    ["a line scan", tinyTiff(3, 50)],
    ["of several blocks", writeImageJTiff({ dtype: "uint16", shape: [70_000, 38], data: wave(70_000 * 38) })],
    [
      "a stack",
      writeImageJTiff({ dtype: "uint16", shape: [3, 5, 7], data: wave(105) }, { axes: ["z", "y", "x"] }),
    ],
    ["in the other byte order, in strips", BIG_ENDIAN],
  ])("is what it is in memory, read from its file as it is stored: %s", async (_, bytes) => {
    const bundle = await onlyBundle(bytes, { "a.qc.json": "[1]" });
    const small = await readBundle(bundle);
    const large = await readBundle(bundle, { largeFromBytes: 0 });
    const { pixels, release, ...facts } = large;
    const { pixels: inMemory, release: __, ...expected } = small;
    expect(facts).toEqual(expected);
    expect([large.image.sha256, large.image.sizeBytes]).toEqual([sha256Of(bytes), bytes.length]);
    const dataset = await openDataset(memoryStore());
    await dataset.transaction((transaction) => storeImage(transaction, large, "large"));
    await dataset.transaction((transaction) => storeImage(transaction, small, "small"));
    release();
    const [overview = ""] = await dataset.record("large").derived.list();
    const [looked, ofMemory] = await Promise.all(
      ["large", "small"].map((id) => dataset.record(id).derived.load(overview)),
    );
    expect(looked).toEqual(ofMemory);
    const stored: NdArray = await dataset.record("large").loadArray();
    expect("readRows" in pixels).toBe(true);
    expect(stored).toEqual(inMemory);
    expect(sha256Of(ndArrayBytes(stored))).toBe(large.pixelsSha256);
  });

  it("is decoded in memory where its rows do not lie in the file as they are", async () => {
    const tile = new Uint8Array(16 * 16);
    tile.set([7], 0);
    tile.set([8], 16);
    const tiled = buildTiff([
      { tags: greyTags(1, 2, 8, [long(322, 16), long(323, 16)]), segments: [tile], isTiled: true },
    ]);
    const { pixels } = await readBundle(await onlyBundle(tiled), { largeFromBytes: 0 });
    expect(pixels).toMatchObject({ shape: [2, 1], data: Uint8Array.of(7, 8) });
  });

  it("that changes while it is hashed is hashed once more, and the second time given up", async () => {
    const bundle = await onlyBundle(tinyTiff(3, 50));
    let openings = 0;
    const { fstatSync } = fileSystem;
    /** Another program appends to the file after each of the first looks that follow its opening. */
    const changeAfterOpenings = (times: number): void => {
      openings = 0;
      const fstatAndChange = (...args: Parameters<typeof fstatSync>): ReturnType<typeof fstatSync> => {
        const status = fstatSync(...args);
        if (++openings <= times) {
          appendFileSync(bundle.image.path, " ");
        }
        return status;
      };
      restore = replaceExports(fileSystem, { fstatSync: fstatAndChange as typeof fstatSync });
    };
    changeAfterOpenings(1);
    const { image, release } = await readBundle(bundle, { largeFromBytes: 0 });
    release();
    const bytes = readFileSync(bundle.image.path);
    expect([openings, image.sha256, image.sizeBytes]).toEqual([2, sha256Of(bytes), bytes.length]);
    restore();
    changeAfterOpenings(2);
    await expect(readBundle(bundle, { largeFromBytes: 0 })).rejects.toMatchObject({
      code: "io",
      message: "a.tif changed during two attempts to read it",
    });
    expect(openings).toBe(2);
  });

  it("that changes between being hashed and being stored fails alone, and leaves nothing", async () => {
    const bundle = await onlyBundle(tinyTiff(3, 50));
    const read = await readBundle(bundle, { largeFromBytes: 0 });
    const { path } = bundle.image;
    const [before, bytes] = [statSync(path), readFileSync(path)];
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = 255 - (bytes[middle] ?? 0);
    writeFileSync(path, bytes);
    utimesSync(path, before.atime, before.mtime);
    const dataset = await openDataset(memoryStore());
    const { version } = await dataset.transaction(async (transaction) => {
      expect(await tryStoreImage(transaction, read, "large")).toBe("a.tif changed while it was stored");
      expect(await transaction.listImageIds()).toEqual([]);
    });
    read.release();
    expect([version, await dataset.listImageIds()]).toEqual([0, []]);
  });
});
