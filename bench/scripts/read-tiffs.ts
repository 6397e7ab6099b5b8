// Measures reading and writing TIFFs beside plain file reads, geotiff and tifffile, in the same run, round by
// round.

/**
 * Pixels are compared before they are timed.
 *
 * | measured | beside | goal |
 * | --- | --- | --- |
 * | read, uncompressed | `readFile` | at most 1.15 times its time |
 * | read, uncompressed | tifffile | at least 2 times as fast |
 * | read, deflate, LZW, zstd | geotiff | at least 4, 10 and 4 times as fast |
 * | write | writing the bytes | at most 1.05 times its time |
 *
 *     npx -y pnpm@12 bench:tiff [rounds]
 *     npx -y pnpm@12 bench:tiff --against COMMIT [--rounds N]
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, zstdCompressSync } from "node:zlib";
import { nodeTiffCodecs, openFileSource } from "@kym/legacy-io/node";
import { readTiff, writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray, type NdArray } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { fromFile } from "geotiff";
import { encodeLzw } from "../../packages/legacy-io/test/tiff/codecs/encode-lzw.ts";
import { buildTiff, greyTags, long, short } from "../../packages/legacy-io/test/tiff/tiff-fixture.ts";
import { findSharedData } from "../../test/support/find-shared-data.ts";
import { compareBuilds } from "../against/compare-builds.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { madeScan } from "../inputs/made-scan.ts";
import { readTiffFile, UNCOMPRESSED, writeScan } from "../measures/tiff.ts";
import { comparePython, type PythonPeer, startPython } from "../peers/python-peer.ts";
import { pairedRounds } from "../rounds/paired-rounds.ts";

const { against, positionals, rounds: askedRounds } = readBenchArguments();
const rounds = askedRounds ?? Number(positionals[0] ?? 7);
const COPIES = 5;
const ROWS_PER_STRIP = 800;
const COMPRESSIONS = {
  deflate: [8, deflateSync],
  LZW: [5, encodeLzw],
  zstd: [50000, zstdCompressSync],
} as const;

const folder = makeBenchFolder(against === undefined ? tmpdir() : undefined);
const tifffile = against === undefined ? await startPython("tifffile") : undefined;
try {
  await (against === undefined
    ? benchmark(tifffile)
    : compareBuilds({
        benchmark: "tiff",
        against,
        rounds: askedRounds,
        size: 1,
        title: "TIFFs read and written",
        writeInputs: (inputs) => writeFiles(inputs),
        folder,
      }));
} finally {
  tifffile?.end();
  rmSync(folder, { recursive: true });
}

async function benchmark(peer: PythonPeer | undefined): Promise<void> {
  const { scan, files } = await writeFiles(folder);
  for (const [name, paths] of files) {
    await compareReading(name, Array.from({ length: COPIES }, () => paths).flat(), peer);
  }
  await compareWriting(scan, peer);
}

/** Writes the files to read, in one folder per compression, and returns the scan that the compressed ones hold. */
async function writeFiles(
  place: string,
): Promise<{ readonly scan: NdArray; readonly files: ReadonlyMap<string, readonly string[]> }> {
  const plainFolder = join(place, UNCOMPRESSED);
  const real = realFiles(plainFolder);
  const scan = real.length === 0 ? madeScan(createNdArray, [30_000, 38]) : await largest(real);
  const plain = real.length === 0 ? [write(plainFolder, "plain", writeImageJTiff(scan))] : real;
  const files = new Map<string, readonly string[]>([[UNCOMPRESSED, plain]]);
  for (const [name, [code, compress]] of Object.entries(COMPRESSIONS)) {
    files.set(name, [write(join(place, name), name, compressed(scan, code, compress))]);
  }
  return { scan, files };
}

/** Returns the laboratory's own files, if they are available. */
function realFiles(place: string): readonly string[] {
  const shared = findSharedData("kymographs");
  return shared === undefined
    ? []
    : readdirSync(shared, { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".tif"))
        .map((path, index) => write(place, `real-${index}`, readFileSync(join(shared, path))));
}

async function largest(paths: readonly string[]): Promise<NdArray> {
  const images = await Promise.all(paths.map(readOne));
  return images.reduce((best, image) => (image.data.length > best.data.length ? image : best));
}

function compressed(
  { shape, data, dtype }: NdArray,
  code: number,
  compress: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const [height = 0, width = 0] = shape;
  const bytes = ndArrayBytes({ shape, data, dtype } as NdArray);
  const stripBytes = ROWS_PER_STRIP * width * 2;
  const segments = Array.from(
    { length: Math.ceil(height / ROWS_PER_STRIP) },
    (_, strip) => new Uint8Array(compress(bytes.subarray(strip * stripBytes, (strip + 1) * stripBytes))),
  );
  return buildTiff([
    { tags: greyTags(width, height, 16, [short(259, code), long(278, ROWS_PER_STRIP)]), segments },
  ]);
}

function write(place: string, name: string, bytes: Uint8Array): string {
  mkdirSync(place, { recursive: true });
  const path = join(place, `${name}.tif`);
  writeFileSync(path, bytes);
  return path;
}

function readOne(path: string): Promise<NdArray> {
  return readTiffFile({ nodeTiffCodecs, openFileSource, readTiff }, path);
}

async function readWithGeotiff(path: string): Promise<Uint8Array> {
  const tiff = await fromFile(path);
  const [values] = await (await tiff.getImage()).readRasters();
  tiff.close();
  if (typeof values === "number" || values === undefined) {
    throw new Error(`${path}: geotiff reads nothing`);
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function digest(all: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const bytes of all) {
    hash.update(bytes);
  }
  return hash.digest("hex");
}

async function inTurn<T>(
  paths: readonly string[],
  read: (path: string) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  for (const path of paths) {
    results.push(await read(path));
  }
  return results;
}

async function compareReading(
  name: string,
  paths: readonly string[],
  peer: PythonPeer | undefined,
): Promise<void> {
  const images = await inTurn(paths, readOne);
  const sizeBytes = images.reduce((sum, image) => sum + ndArrayBytes(image).length, 0);
  const truth = digest(images.map((image) => ndArrayBytes(image)));
  if (truth !== digest(await inTurn(paths, readWithGeotiff))) {
    throw new Error(`${name}: geotiff reads other pixels`);
  }
  const theirs = await peer?.ask(["read", ...paths]);
  if (theirs !== undefined && theirs.sha256 !== truth) {
    throw new Error(`${name}: tifffile reads other pixels`);
  }
  console.log(`read ${name}: ${paths.length} files, ${(sizeBytes / 1e6).toFixed(1)} MB of pixels`);
  const subject = (): Promise<unknown> => inTurn(paths, readOne);
  if (name === UNCOMPRESSED) {
    // Compressed files are shorter than their pixels, so reading them plainly is not a fair comparison.
    const plain = async (): Promise<unknown> => paths.map((path) => readFileSync(path));
    report("readFileSync", await pairedRounds(rounds, subject, plain));
  }
  report("geotiff", await pairedRounds(rounds, subject, () => inTurn(paths, readWithGeotiff)));
  await comparePython(peer, rounds, subject, ["read", ...paths]);
}

async function compareWriting(scan: NdArray, peer: PythonPeer | undefined): Promise<void> {
  const pixels = ndArrayBytes(scan);
  const source = write(folder, "written", writeImageJTiff(scan));
  const paths = Array.from({ length: 10 }, (_, index) => join(folder, `out-${index}.tif`));
  console.log(
    `write: ${paths.length} files, ${((paths.length * pixels.length) / 1e6).toFixed(1)} MB of pixels`,
  );
  const subject = async (): Promise<void> => {
    for (const path of paths) {
      writeScan({ writeImageJTiff }, path, scan);
    }
  };
  const bytes = async (): Promise<void> => {
    for (const path of paths) {
      writeFileSync(path, pixels);
    }
  };
  report("writeFileSync of the pixels alone", await pairedRounds(rounds, subject, bytes));
  await comparePython(peer, rounds, subject, ["write", source, join(folder, "theirs.tif")], paths.length);
}

function report(
  peer: string,
  { subjectMs, peerMs, ratio, bestRatio }: Awaited<ReturnType<typeof pairedRounds>>,
): void {
  console.log(
    `  ${ratio.toFixed(2)} of the time of ${peer} (best ${bestRatio.toFixed(2)}): ${subjectMs.toFixed(1)} ms, ${peerMs.toFixed(1)} ms`,
  );
}
