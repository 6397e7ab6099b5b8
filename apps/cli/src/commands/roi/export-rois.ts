// `kym roi export`: writes the ROIs of an image as a file for ImageJ, QuPath or napari.

import type { AcqImage } from "@kym/kym-dataset";
import type { PlaneSize, Roi } from "@kym/roi";
import { type GeoJsonOptions, writeGeoJson } from "@kym/roi/geojson";
import { type FailedRoi, imageJBytesOf, writeImageJRois } from "@kym/roi/imagej";
import { serializeLossless } from "@kym/zarr-store/json";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { writeNewFile } from "../../arguments/write-new-file.ts";
import { BLIND_OPTION, isBlind } from "../../study/blind.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { PIXEL_CENTER_OPTION, pixelCenterOf, type RoiFileKind, roiFileKind } from "./roi-file-kind.ts";
import { failedRoiRecord, roiLines, roiRecord } from "./roi-line.ts";
import { withImage } from "./with-image.ts";

export const exportRoisCommand: Command = defineCommand({
  usage: "roi export DATASET IMAGE FILE",
  description: `Writes the ROIs of an image, or one of them, to a new file: .roi or RoiSet.zip for ImageJ,
.geojson for QuPath and napari. A ROI that came from ImageJ goes back unchanged, until it is
moved. A ROI that FILE cannot hold is named, and the others are written. With - as FILE, GeoJSON goes to stdout.`,
  examples: [
    "kym roi export study.zarr 20250722_A89_0002 rois.geojson",
    "kym roi export study.zarr 20250722_A89_0002 vessel.roi --only 1",
  ],
  options: {
    only: { value: "N", help: "export only the ROI with this number" },
    ...PIXEL_CENTER_OPTION,
    ...BLIND_OPTION,
    force: { short: "f", help: "replace an existing file", neverFromEnvironment: true },
    "dry-run": { short: "n", help: "say what would be written; write nothing" },
  },
  run: async (context) => {
    if (isBlind(context)) {
      throw usageError(
        "exported ROIs have the names and notes that --blind hides",
        "leave it out, or let somebody else do it",
      );
    }
    return withImage(context, "read", (image) =>
      exportRois(image, context, pixelCenterOf(context.options["pixel-center"])),
    );
  },
});

async function exportRois(
  image: AcqImage,
  context: CommandContext,
  pixelCenter: GeoJsonOptions["pixelCenter"],
): Promise<CommandResult> {
  const { signal, options } = context;
  const path = context.args[2] ?? "";
  const isStdout = path === "-";
  const kind = isStdout ? "geojson" : roiFileKind(path);
  const isDry = options["dry-run"] === true;
  const set = await image.rois({ signal });
  const rois = options["only"] === undefined ? set.rois : [set.require(onlyOf(options["only"]))];
  const { bytes, failed } = encodeRois(kind, rois, { pixelCenter, size: set.extent });
  if (!isDry && !isStdout) {
    const location = context.resolvePath(context.args[0] ?? "");
    await writeNewFile(context.resolvePath(path), bytes, options["force"] === true, location);
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
  { pixelCenter, size }: GeoJsonOptions & { readonly size: PlaneSize | undefined },
): { readonly bytes: Uint8Array; readonly failed: readonly FailedRoi[] } {
  switch (kind) {
    case "roi": {
      const [roi, ...more] = rois;
      if (roi === undefined || more.length > 0) {
        throw usageError(
          `a .roi file holds one ROI, not ${rois.length}`,
          "write a .zip, or select one ROI with --only",
        );
      }
      return { bytes: imageJBytesOf(roi, size), failed: [] };
    }
    case "zip": {
      const { file, failed } = writeImageJRois(rois, { size });
      return { bytes: file, failed };
    }
    case "geojson": {
      const { file, failed } = writeGeoJson(rois, { pixelCenter });
      return { bytes: new TextEncoder().encode(`${serializeLossless(file, { indent: 2 })}\n`), failed };
    }
    default:
      return kind satisfies never;
  }
}

function onlyOf(value: unknown): number {
  if (typeof value !== "string" || !/^\d{1,9}$/.test(value)) {
    throw usageError(
      `--only must be the number of a ROI, not ${JSON.stringify(value)}`,
      "kym roi list shows the numbers",
    );
  }
  return Number(value);
}
