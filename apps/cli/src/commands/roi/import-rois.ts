// `kym roi import`: adds the ROIs of a file from ImageJ, QuPath or napari to an image.

import { basename } from "node:path";
import type { AcqImage } from "@kym/kym-dataset";
import { isRoiError, type NewRoi, type RoiSet } from "@kym/roi";
import { type GeoJsonOptions, readGeoJson } from "@kym/roi/geojson";
import { type FailedRoi, type ImageJRois, type ImportedRoi, readImageJRois } from "@kym/roi/imagej";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { readInput } from "../../arguments/read-input.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { BLIND_OPTION } from "../../study/blind.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";
import {
  kindOfBytes,
  PIXEL_CENTER_OPTION,
  pixelCenterOf,
  type RoiFileKind,
  roiFileKind,
} from "./roi-file-kind.ts";
import { failedRoiRecord, roiLines, roiRecord, shownRoi } from "./roi-line.ts";
import { withImage } from "./with-image.ts";

export const importRoisCommand: Command = defineCommand({
  usage: "roi import DATASET IMAGE FILE",
  description: `Adds the ROIs of a file: .roi or RoiSet.zip from ImageJ, .geojson from QuPath and napari. A
ROI that does not fit the image is named, and the others are added. Ovals and other shapes that
a ROI does not have become the nearest one, and their notes say so. With - as FILE, the file
comes from stdin.`,
  examples: ["kym roi import study.zarr 20250722_A89_0002 RoiSet.zip"],
  options: {
    ...PIXEL_CENTER_OPTION,
    ...BLIND_OPTION,
    "dry-run": { short: "n", help: "say what would be added; write nothing" },
  },
  run: async (context) => {
    const isDry = context.options["dry-run"] === true;
    const result = await withImage(context, isDry ? "read" : "edit", (image) =>
      importRois(image, context, pixelCenterOf(context.options["pixel-center"])),
    );
    return isDry ? result : { ...result, next: `kym index ${shellWord(context.args[0] ?? "")}` };
  },
});

/** Adds the ROIs of a file that fit the image, and names the others. */
async function importRois(
  image: AcqImage,
  context: CommandContext,
  pixelCenter: GeoJsonOptions["pixelCenter"],
): Promise<CommandResult> {
  const { signal, options } = context;
  const isDry = options["dry-run"] === true;
  const path = context.args[2] ?? "";
  // A wrong extension is reported before the file is looked for.
  const kindByName = path === "-" ? undefined : roiFileKind(path);
  const bytes = await readInput(path, context);
  const read = await readRois(
    bytes,
    kindByName ?? kindOfBytes(bytes),
    path === "-" ? "stdin" : path,
    pixelCenter,
  );
  const { drafts, failed, after } = fitting(read.rois, await image.rois({ signal }));
  const failures = [...read.failed, ...failed];
  const isAdding = !isDry && drafts.length > 0;
  const added = isAdding
    ? await image.addRois(drafts, { signal })
    : after.rois.slice(after.length - drafts.length);
  const rois = added.map((roi) => shownRoi(roi, context));
  const ignored = read.rois.flatMap(({ source, ignored: fields }) =>
    fields.map((field) => ({ source, ...field })),
  );
  const skipped = read.skipped;
  return {
    exitCode: failures.length === 0 ? EXIT.ok : EXIT.partial,
    data: {
      action: "import",
      dryRun: isDry,
      rois: rois.map(roiRecord),
      failed: failures.map(failedRoiRecord),
      ignored,
      skipped,
    },
    warnings: [
      ...failures.map(({ source, error }) => `not imported: ${nameOf(source)}${error.message}`),
      ...read.rois.flatMap(notKept),
      ...skipped.map((name) => `not a ROI file: ${printable(name)}`),
    ],
    text: roiLines(rois, isDry ? "would have imported " : "imported "),
  };
}

async function readRois(
  bytes: Uint8Array,
  kind: RoiFileKind,
  path: string,
  pixelCenter: GeoJsonOptions["pixelCenter"],
): Promise<ImageJRois> {
  try {
    return kind === "geojson"
      ? { ...readGeoJson(parseJson(bytes, path), { pixelCenter }), skipped: [] }
      : await readImageJRois(bytes, { fileName: basename(path) });
  } catch (cause) {
    if (!isRoiError(cause)) {
      throw cause;
    }
    // A fault in the file is bad input, not a mistake in the command line.
    throw new CliError(EXIT.input, cause.code, `${path}: ${cause.message}`, { cause });
  }
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    // QuPath writes NaN among its measurements, which JSON does not have: it becomes null.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return finiteOnly(plainValue(parseLossless(text, { allowNonFinite: true })));
  } catch (cause) {
    throw new CliError(
      EXIT.input,
      "invalid_file",
      `${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** A value without NaN and infinities: null in their place. */
function finiteOnly(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(finiteOnly);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, finiteOnly(member)]));
  }
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

/** Splits ROIs into those with a pixel and a channel of the image, and the others with the reason. */
function fitting(
  imported: readonly ImportedRoi[],
  before: RoiSet,
): { readonly drafts: readonly NewRoi[]; readonly failed: readonly FailedRoi[]; readonly after: RoiSet } {
  const drafts: NewRoi[] = [];
  const failed: FailedRoi[] = [];
  let after = before;
  for (const { draft, source } of imported) {
    try {
      after = after.create(draft);
      drafts.push(draft);
    } catch (error) {
      if (!isRoiError(error)) {
        throw error;
      }
      failed.push({ source, error });
    }
  }
  return { drafts, failed, after };
}

function notKept({ source, draft, ignored }: ImportedRoi): readonly string[] {
  const fields = ignored.map(({ what, value }) => `${what} ${JSON.stringify(value)}`);
  const name = source === "" ? (draft.name ?? "") : source;
  // What ImageJ wrote is kept with the ROI, and goes back to ImageJ with it.
  const isKept = draft.extra?.["imagej"] !== undefined;
  return isKept || fields.length === 0 ? [] : [`not kept of ${printable(name)}: ${fields.join(", ")}`];
}

function nameOf(source: string): string {
  return source === "" ? "" : `${printable(source)}: `;
}
