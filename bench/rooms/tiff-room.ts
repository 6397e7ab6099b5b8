// Reading a TIFF of 30 MB in strips, by seconds of processors, beside tifffile with imagecodecs.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync, zstdDecompressSync } from "node:zlib";
import { nodeTiffCodecs, openFileSource } from "@kym/legacy-io/node";
import { readTiff, writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { fromFile } from "geotiff";
import type { Goal, SideSamples } from "../goals/goal.ts";
import { runSides, type Side, side } from "../goals/run-sides.ts";
import { madeScan } from "../inputs/made-scan.ts";
import { readTiffFile } from "../measures/tiff.ts";
import type { Room, RoomPlace } from "./room.ts";

const SHAPES = { full: [400_000, 38], short: [100_000, 38] } as const;
const ROWS_A_STRIP = 800;
const OURS = { nodeTiffCodecs, openFileSource, readTiff };

interface Compression {
  readonly name: "deflate" | "zstd" | "LZW" | "none";
  readonly atLeast: number;
  /** What Node's own library takes for the same strips. */
  readonly inflate?: (bytes: Uint8Array, sizeBytes: number) => unknown;
}

const COMPRESSIONS: readonly Compression[] = [
  {
    name: "deflate",
    atLeast: 0.6,
    inflate: (bytes, chunkSize) => inflateSync(bytes, { chunkSize }),
  },
  {
    name: "zstd",
    atLeast: 0.8,
    inflate: (bytes, chunkSize) => zstdDecompressSync(bytes, { chunkSize }),
  },
  { name: "LZW", atLeast: 1 },
];

const ours = (name: string): string => `ours, ${name}`;
const tifffile = (name: string): string => `tifffile, ${name}, one thread`;
const node = (name: string): string => `Node's own ${name} of the strips`;
const PLAIN = "readFile";

export const tiffRoom: Room = {
  name: "tiff",
  title: "Reading a TIFF of 30 MB in strips, by seconds of processors",
  rounds: 7,
  goals: () => [
    ...COMPRESSIONS.map(
      ({ name, atLeast, inflate }): Goal => ({
        id: `tiff.${name}`,
        what: `reading ${name}`,
        subject: ours(name),
        peer: tifffile(name),
        bound: { kind: "as fast", atLeast },
        by: "cpu",
        ...(inflate !== undefined && { limit: node(name) }),
      }),
    ),
    {
      id: "tiff.none",
      what: "reading uncompressed",
      subject: ours("none"),
      peer: PLAIN,
      bound: { kind: "beside" },
      by: "cpu",
    },
    {
      id: "tiff.threads",
      what: "reading deflate on two threads, beside one",
      subject: "ours, deflate, two threads",
      bound: { kind: "as fast", atLeast: 1.6 },
      notMeasured:
        "one file is decoded on one thread. In Node's pool its strips took 1.06 to 1.37 × the CPU, so that two threads could reach 1.5 to 1.9 ×",
    },
  ],
  measure,
};

async function measure({ memory, rounds, isShort, python, note }: RoomPlace): Promise<SideSamples> {
  const shape = isShort ? SHAPES.short : SHAPES.full;
  const plain = join(memory, "none.tif");
  const scan = madeScan(createNdArray, shape);
  writeFileSync(plain, writeImageJTiff(scan));
  note(`${(ndArrayBytes(scan).length / 1e6).toFixed(0)} MB of pixels, in strips of ${ROWS_A_STRIP} rows.`);
  const sides: Side[] = [
    side(ours("none"), () => readTiffFile(OURS, plain)),
    side(PLAIN, async () => readFileSync(plain)),
  ];
  for (const { name, inflate } of python === undefined ? [] : COMPRESSIONS) {
    const path = join(memory, `${name}.tif`);
    await python?.ask("tifffile", ["compress", plain, path, name, String(ROWS_A_STRIP)]);
    sides.push(side(ours(name), () => readTiffFile(OURS, path)));
    sides.push({
      name: tifffile(name),
      run: async () => {
        const sample = await python?.ask("tifffile", ["read on one thread", path]);
        if (sample?.digest !== digestOf(ndArrayBytes(scan))) {
          throw new Error(`tifffile reads other pixels of ${name}`);
        }
        return sample;
      },
    });
    if (digestOf(ndArrayBytes(await readTiffFile(OURS, path))) !== digestOf(ndArrayBytes(scan))) {
      throw new Error(`we read other pixels of ${name}`);
    }
    if (inflate !== undefined) {
      const strips = await stripsOf(path);
      const sizeBytes = ROWS_A_STRIP * shape[1] * 2;
      sides.push(
        side(node(name), async () => {
          for (const strip of strips) {
            inflate(strip, sizeBytes);
          }
        }),
      );
    }
  }
  return runSides(rounds, sides);
}

/** The compressed strips, as another reader finds them. */
async function stripsOf(path: string): Promise<readonly Uint8Array[]> {
  const bytes = readFileSync(path);
  const tiff = await fromFile(path);
  const { fileDirectory } = await tiff.getImage();
  const [offsets, sizes] = await Promise.all(
    ["StripOffsets", "StripByteCounts"].map(async (tag) => [
      ...((await fileDirectory.loadValue(tag as "StripOffsets")) as Iterable<number | bigint>),
    ]),
  );
  tiff.close();
  return (offsets ?? []).map((offset, strip) =>
    bytes.subarray(Number(offset), Number(offset) + Number(sizes?.[strip])),
  );
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
