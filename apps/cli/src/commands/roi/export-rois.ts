import type { AcqImage } from "@kym/kym-dataset";
import {
  type FailedRoi,
  type GeoJsonOptions,
  type Roi,
  roiToImageJ,
  writeGeoJson,
  writeImageJRoi,
  writeImageJRois,
} from "@kym/roi";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { writeNewFile } from "../../arguments/write-new-file.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { pixelCenterOf, type RoiFileKind, roiFileKind } from "./roi-file-kind.ts";
import { failedRoiRecord, roiLines, roiRecord } from "./roi-line.ts";

/** `kym roi export`: all ROIs, or one, as a new file. */
export async function exportRois(
  image: AcqImage,
  file: string | undefined,
  context: CommandContext,
): Promise<CommandResult> {
  const { signal, options } = context;
  const path = file ?? "";
  const isStdout = path === "-";
  const kind = isStdout ? "geojson" : roiFileKind(path);
  const isDry = options["dry-run"] === true;
  const set = await image.rois({ signal });
  const rois = options["only"] === undefined ? set.rois : [set.require(onlyOf(options["only"]))];
  const { bytes, failed } = encodeRois(kind, rois, pixelCenterOf(options["pixel-center"]));
  if (!isDry && !isStdout) {
    await writeNewFile(context.resolvePath(path), bytes, options["force"] === true);
  }
  const lost = new Set(failed.map(({ source }) => source));
  const written = rois.filter(({ id }) => !lost.has(`ROI ${id}`));
  return {
    exitCode: failed.length === 0 ? EXIT.ok : EXIT.partial,
    data: {
      action: "export",
      dryRun: isDry,
      file: path,
      rois: written.map(roiRecord),
      failed: failed.map(failedRoiRecord),
    },
    warnings: failed.map(({ error }) => `not exported: ${error.message}`),
    text:
      isStdout && !isDry
        ? new TextDecoder().decode(bytes)
        : roiLines(written, isDry ? "would have exported " : "exported "),
  };
}

function encodeRois(
  kind: RoiFileKind,
  rois: readonly Roi[],
  pixelCenter: GeoJsonOptions["pixelCenter"],
): { readonly bytes: Uint8Array; readonly failed: readonly FailedRoi[] } {
  switch (kind) {
    case "roi": {
      const [roi, ...more] = rois;
      if (roi === undefined || more.length > 0) {
        throw usageError(
          `a .roi file holds one ROI, not ${rois.length}`,
          "name a .zip, or say which with --only",
        );
      }
      return { bytes: writeImageJRoi(roiToImageJ(roi)), failed: [] };
    }
    case "zip": {
      const { file, failed } = writeImageJRois(rois);
      return { bytes: file, failed };
    }
    case "geojson": {
      const { file, failed } = writeGeoJson(rois, { pixelCenter });
      return { bytes: new TextEncoder().encode(`${JSON.stringify(file, undefined, 2)}\n`), failed };
    }
    default:
      return kind satisfies never;
  }
}

function onlyOf(value: unknown): number {
  if (typeof value !== "string" || !/^\d{1,9}$/.test(value)) {
    throw usageError(
      `--only is the number of a ROI, not ${JSON.stringify(value)}`,
      "kym roi list shows the numbers",
    );
  }
  return Number(value);
}
