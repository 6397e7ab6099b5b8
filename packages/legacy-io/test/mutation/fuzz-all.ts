import { describeTally, type FuzzTally, fuzzParser } from "./fuzz-parsers.ts";
import { FUZZED_CLASSIC_JSON } from "./fuzzed-classic-json.ts";
import { FUZZED_CSV } from "./fuzzed-csv.ts";
import { FUZZED_NPY } from "./fuzzed-npy.ts";
import { FUZZED_TIFF } from "./fuzzed-tiff.ts";
import { FUZZED_CZI } from "./microscopes/fuzzed-czi.ts";
import { FUZZED_OIB, FUZZED_OIR } from "./microscopes/fuzzed-fluoview.ts";
import { FUZZED_LIF } from "./microscopes/fuzzed-lif.ts";
import { FUZZED_MESC } from "./microscopes/fuzzed-mesc.ts";
import { FUZZED_OLYMPUS_HEADER } from "./microscopes/fuzzed-olympus-header.ts";
import { FUZZED_PRAIRIE } from "./microscopes/fuzzed-prairie.ts";
import { FUZZED_PTU } from "./microscopes/fuzzed-ptu.ts";
import { FUZZED_SCANIMAGE } from "./microscopes/fuzzed-scanimage.ts";
import { FUZZED_GEOJSON } from "./rois/fuzzed-geojson.ts";
import { FUZZED_IMAGEJ_METADATA } from "./rois/fuzzed-imagej-metadata.ts";

/** As many as any parser needs. */
const MOST = 12_000;

/** Every parser with `runs` changed files of its own, and the tallies printed. */
export async function fuzzAll(runs: number, seed: number): Promise<readonly FuzzTally[]> {
  const tallies = [
    await fuzzParser(FUZZED_TIFF, runs, seed),
    await fuzzParser(FUZZED_NPY, runs, seed),
    await fuzzParser(FUZZED_CSV, runs, seed),
    await fuzzParser(FUZZED_OLYMPUS_HEADER, runs, seed),
    await fuzzParser(FUZZED_CLASSIC_JSON, runs, seed),
    // Twice as many, because a library reads the XML.
    await fuzzParser(FUZZED_PRAIRIE, runs >= MOST ? runs : 2 * runs, seed),
    await fuzzParser(FUZZED_LIF, runs, seed),
    await fuzzParser(FUZZED_PTU, runs, seed),
    await fuzzParser(FUZZED_SCANIMAGE, runs, seed),
    await fuzzParser(FUZZED_OIR, runs, seed),
    await fuzzParser(FUZZED_OIB, runs >= MOST ? runs : runs / 2, seed),
    // Fewer in a share: each file has a directory, metadata and pixels.
    await fuzzParser(FUZZED_CZI, runs >= MOST ? runs : runs / 4, seed),
    await fuzzParser(FUZZED_MESC, runs >= MOST ? runs : runs / 4, seed),
    await fuzzParser(FUZZED_IMAGEJ_METADATA, runs, seed),
    await fuzzParser(FUZZED_GEOJSON, runs, seed),
  ];
  for (const tally of tallies) {
    console.log(describeTally(tally));
  }
  return tallies;
}
