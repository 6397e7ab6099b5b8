// Measures of one build: reading TIFFs of each compression, and writing them.

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NdArray } from "@kym/zarr-store";
import { type Build, loadBuild } from "../against/load-build.ts";
import type { Measure, MeasurePlace } from "../against/measure.ts";

export type TiffReader = Pick<Build, "nodeTiffCodecs" | "openFileSource" | "readTiff">;

/** The folder of uncompressed files among the inputs; each other folder holds files of one compression. */
export const UNCOMPRESSED = "uncompressed";

const CALIBRATION = { axes: ["t", "x"], umPerPx: 0.284, secondsPerLine: 0.00117 } as const;

export async function measureTiff({ root, inputs, folder }: MeasurePlace): Promise<readonly Measure[]> {
  const build = await loadBuild(root, ["nodeTiffCodecs", "openFileSource", "readTiff", "writeImageJTiff"]);
  const filesOf = (kind: string): readonly string[] =>
    readdirSync(join(inputs, kind))
      .sort()
      .map((name) => join(inputs, kind, name));
  const scan = await readTiffFile(build, filesOf(UNCOMPRESSED)[0] ?? "");
  return [
    ...readdirSync(inputs)
      .sort()
      .map((kind) => ({
        name: `read ${kind}`,
        run: async () => {
          for (const path of filesOf(kind)) {
            await readTiffFile(build, path);
          }
        },
      })),
    { name: "write", run: async () => writeScan(build, join(folder, "out.tif"), scan) },
  ];
}

export async function readTiffFile(
  { nodeTiffCodecs, openFileSource, readTiff }: TiffReader,
  path: string,
): Promise<NdArray> {
  using source = openFileSource(path);
  return (await readTiff(source, { codecs: nodeTiffCodecs })).image;
}

export function writeScan(
  { writeImageJTiff }: Pick<Build, "writeImageJTiff">,
  path: string,
  scan: NdArray,
): void {
  writeFileSync(path, writeImageJTiff(scan, CALIBRATION));
}
