// Files that other programs made, in `../shared/data/cases`, against the pixels that were written.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { describe, expect, test } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { nodeTiffCodecs } from "../../src/node/tiff/tiff-codecs.ts";
import { bytesSource } from "../../src/tiff/byte-source.ts";
import { readTiff, type TiffImage } from "../../src/tiff/read-tiff.ts";

const folderOf = (name: string): string => findSharedData(`cases/${name}`) ?? "";

function filesOf(name: string): readonly string[] {
  const folder = folderOf(name);
  return folder === "" ? [] : readdirSync(folder).filter((file) => /\.tiff?(\.gz)?$/.test(file));
}

async function read(name: string, file: string, codecs = nodeTiffCodecs): Promise<TiffImage> {
  const bytes = readFileSync(join(folderOf(name), file));
  const plain = file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  return readTiff(bytesSource(new Uint8Array(plain)), { codecs });
}

/** The pixels of a case: `(7 i) mod m`, and 1 more on each page. */
function ramp(count: number, modulus: number, first = 0): number[] {
  return Array.from({ length: count }, (_, index) => ((index * 7) % modulus) + first);
}

const plain = ramp(1200, 4001);

describe.each([[nodeTiffCodecs], [[]]])(
  "with the decoders of Node, and with those that run everywhere",
  (codecs) => {
    test.each(filesOf("file-01-ome-file-set"))(
      "file-01: %s is its own page, and a note says that it is of a set",
      async (file) => {
        const { image, info } = await read("file-01-ome-file-set", file, codecs);
        expect([image.dtype, image.shape, info.axes, info.axesSource]).toEqual([
          "uint16",
          [60, 20],
          ["y", "x"],
          "default",
        ]);
        const first = file.includes("Ch1") ? 1 : file.includes("Ch2") ? 2 : 0;
        expect([...image.data]).toEqual(ramp(1200, 4001, first));
        expect(info.warnings).toEqual([
          expect.stringMatching(
            /(OME-XML says T 1 × C 2|OME-XML is in another file, ).*pages of this file are read/,
          ),
        ]);
        const steps = info.calibration
          .filter(({ axis }) => axis !== "z")
          .map(({ axis, step, unit }) => [axis, step, unit]);
        expect(steps).toEqual(
          first === 1
            ? [
                ["y", 0.284, "um"],
                ["x", 0.284, "um"],
              ]
            : [],
        );
      },
    );

    test.each([
      [
        "gdal_float32_predictor2",
        "float32",
        "10c171e7f70769210d22f8e2d5577fbbb7f58c2cc9e66cb648a7def846ce0ed1",
      ],
      [
        "vips_float32_deflate_default",
        "float32",
        "7a9add5b62f9953b836a4a3de8fea49dc0d1e8d8ed1afce25d86b8f1ae076a8c",
      ],
      ["tifffile_bool_is_1bit", "bool", "0494cef4abb2404362deebb33618365fd44e10c72b5d986f3caf06bb1b2f9508"],
    ])("peers-01: %s has the pixels that tifffile reads", async (file, dtype, sha256) => {
      const { image } = await read("peers-01-discovery", `${file}.tif`, codecs);
      const found = createHash("sha256").update(ndArrayBytes(image)).digest("hex");
      expect([image.dtype, image.shape, found]).toEqual([dtype, [200, 38], sha256]);
    });

    test.each(filesOf("file-02-frames-written-one-by-one"))(
      "file-02: %s has five pages, whatever the first says",
      async (file) => {
        const { image, info } = await read("file-02-frames-written-one-by-one", file, codecs);
        expect([image.dtype, image.shape, info.axes]).toEqual(["uint16", [5, 60, 20], ["z", "y", "x"]]);
        expect([...image.data]).toEqual([0, 1, 2, 3, 4].flatMap((page) => ramp(1200, 4001, page)));
        expect(info.warnings).toEqual([expect.stringMatching(/says shape \[60, 20\], the file has 5 pages/)]);
      },
    );

    test.each(filesOf("file-06-tall-imagej-rowsperstrip"))(
      "file-06: %s is one strip, whatever RowsPerStrip says",
      async (file) => {
        const { image, info } = await read("file-06-tall-imagej-rowsperstrip", file, codecs);
        const rows = Number(/_(\d+)x1/.exec(file)?.[1] ?? 60);
        expect(image.shape).toEqual(rows === 60 ? [60, 20] : [rows, 1]);
        expect([...image.data]).toEqual(rows === 60 ? plain : ramp(rows, 251));
        expect(info.warnings).toEqual([expect.stringContaining("TIFF tag RowsPerStrip: ")]);
      },
    );

    test.each(filesOf("file-07-lzw-with-a-byte-too-many"))(
      "file-07: what %s has beyond its rows is left",
      async (file) => {
        const { image, info } = await read("file-07-lzw-with-a-byte-too-many", file, codecs);
        expect([image.shape, [...image.data]]).toEqual([[60, 20], plain]);
        expect(info.warnings).toEqual([expect.stringContaining("more data than rows")]);
      },
    );

    test.each(filesOf("file-08-strip-byte-counts-wrong"))(
      "file-08: %s is read without its byte counts",
      async (file) => {
        const { image, info } = await read("file-08-strip-byte-counts-wrong", file, codecs);
        expect([image.shape, [...image.data]]).toEqual([[60, 20], plain]);
        expect(info.warnings).toEqual([
          expect.stringMatching(/StripByteCounts: \d of \d counts are absent or wrong/),
        ]);
      },
    );

    test.each(filesOf("file-09-tiles-under-strip-tags"))(
      "file-09: the tiles of %s are in their places",
      async (file) => {
        const { image, info } = await read("file-09-tiles-under-strip-tags", file, codecs);
        expect([image.shape, [...image.data], info.warnings]).toEqual([[60, 20], plain, []]);
      },
    );
  },
);

test.runIf(folderOf("tools-tifffile-imagej-tx-refused") !== "")(
  "tifffile's ImageJ file with axes TX is its one page, and a note says so",
  async () => {
    const { image, info } = await read("tools-tifffile-imagej-tx-refused", "tx.tif");
    expect([image.shape, image.dtype, info.axesSource]).toEqual([[30, 8], "uint16", "default"]);
    expect(info.warnings).toEqual([
      expect.stringMatching(/ImageJ says 30 planes, the file has 1 page and 848 bytes/),
    ]);
  },
);
