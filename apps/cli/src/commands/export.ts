// `kym export`: writes a dataset as a folder of ordinary files.

import {
  type ExportFailure,
  type ExportFolderOptions,
  type ExportFormat,
  type ExportLayout,
  type ExportLeftOut,
  type ExportNote,
  exportLegacyFolder,
  previewExport,
} from "@kym/legacy-io/node";
import type { ZarrDataset } from "@kym/zarr-store";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../arguments/command.ts";
import { shellWord } from "../screen/shell-word.ts";
import { findImage } from "../study/find-image.ts";
import { imageNames } from "../study/image-names.ts";
import { openStudy } from "../study/open-study.ts";
import { leftOutNotes, selectImages, WHERE_OPTION } from "../study/select-images.ts";
import { CliError, usageError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { startProgress } from "../terminal/progress.ts";
import { counted, printable } from "../terminal/text-table.ts";

const FORMATS: readonly ExportFormat[] = ["legacy", "kymflow", "imagej", "ome-zarr", "acqstore"];
const LAYOUTS: readonly ExportLayout[] = ["lab", "ids"];
/** How many left-out images the screen names without `-v`. */
const LEFT_OUT_SHOWN = 10;

export const exportCommand: Command = defineCommand({
  usage: "export DATASET [FOLDER] [IMAGE…]",
  description: `Writes every image as TIFF with the name and in the folder that it came from, its artifacts
beside it as JSON, CSV and NPY, and the tables as CSV. kym ingest of FOLDER gives the same dataset
again. FOLDER appears whole or not at all. index.csv says which file is which image; names that
Windows forbids are escaped, and the older of two images of one name gets ~2.

An image that cannot be read is named and left out, and the others are exported: then the command
ends with 3. An earlier export is not replaced by one that lacks something.

Name images to export these alone, by id, path or file name, or select them with --where. Tables
then have only their rows, and export.json lists what is left out.

--to kymflow writes the files of the older application: flow-analysis, <stem>.json,
kym_event_db.csv and radon_report_db.csv. Run kym index first, because the last one is made
from the table kym_radon.

--to imagej writes calibrated TIFFs and ROI sets.

--to ome-zarr writes OME-NGFF 0.5 for napari, Fiji, vizarr and others: one image is FOLDER itself,
several are groups in it, and a FOLDER that ends in .ozx is one file. --to acqstore writes each
image as NAME.cs.ome.zarr, which acqstore opens with its ROIs and analyses. Neither holds a path of
this machine, and kym ingest of either gives the images back; kym index makes their tables again.`,
  examples: [
    "kym export study.zarr ./out",
    "kym export study.zarr ./fiji 20250722_A89_0002 --to imagej",
    `kym export study.zarr ./ang --where "condition = 'AngII'"`,
    "kym export study.zarr ./out --force",
    "kym export study.zarr ./lab --to kymflow",
    "kym export study.zarr ./share --no-absolute-paths",
    "kym export study.zarr -o A89.ome.zarr --to ome-zarr 20250722_A89_0002",
  ],
  options: {
    to: { value: "X", choices: FORMATS, help: "legacy (default), kymflow, imagej, ome-zarr or acqstore" },
    output: {
      short: "o",
      value: "FILE",
      help: "the folder or .ozx file to write, in place of the argument FOLDER",
      neverFromEnvironment: true,
    },
    ...WHERE_OPTION,
    layout: {
      value: "X",
      choices: LAYOUTS,
      help: "lab (default), or ids: a folder by its id for each image",
    },
    force: { short: "f", help: "replace a folder that an earlier export wrote", neverFromEnvironment: true },
    "dry-run": { short: "n", help: "say what would be written; write nothing" },
    "no-tiff": { help: "leave the pixels out; then the folder cannot be ingested" },
    "no-tables": { help: "leave the pooled tables out" },
    "no-absolute-paths": { help: "for sharing: write no path of this machine into any file" },
  },
  run: async (context) => {
    const { to: format = "legacy", layout = "lab", output } = context.options;
    const [path = "", ...words] = context.args;
    const [folder = "", ...wanted] = output === undefined ? words : [output, ...words];
    if (folder === "") {
      throw usageError("there is no FOLDER to write", "name it after DATASET, or with -o");
    }
    if (format !== "legacy" && context.options.layout !== undefined) {
      throw usageError(`--to ${format} is always laid out as the lab's folder`, "leave --layout out");
    }
    if (isNgff(format) && context.options["no-tiff"] === true) {
      throw usageError(`--to ${format} always has the pixels`, "leave --no-tiff out");
    }
    const { where } = context.options;
    if (where !== undefined && wanted.length > 0) {
      throw usageError("images are named and selected with --where", "give one of the two");
    }
    const progress = startProgress(context.terminal, "exported", context.progress);
    await using dataset = await openStudy(context, path, "r");
    const names = await imageNames(dataset, { blind: false });
    try {
      const { imageIds, notes: selection } = await chosenImages(context, dataset, { path, wanted, where });
      const options: ExportFolderOptions = {
        format,
        layout,
        imageIds,
        overwrite: context.options["force"] === true,
        includeTiff: context.options["no-tiff"] !== true,
        includeTables: context.options["no-tables"] !== true,
        absolutePaths: context.options["no-absolute-paths"] !== true,
        signal: context.signal,
        onEvent: ({ imageId, done, total }) => progress.update(done, total, names.of(imageId)),
      };
      const target = context.resolvePath(folder);
      if (context.options["dry-run"] === true) {
        const preview = await previewExport(dataset, target, options);
        const { images, tables, files, leftOut, notes, failed } = preview;
        progress.end();
        const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
        const headline = `would export ${countsText(images, tables, files.length, sizeBytes)}, in ${folder}`;
        const list = files.map((file) => `  ${printable(file.path)}`);
        return {
          exitCode: failed.length > 0 ? EXIT.partial : EXIT.ok,
          data: { images, tables, files, sizeBytes, leftOut, notes, failed },
          warnings: [
            ...selection,
            ...nameNotes(format, folder),
            ...notes.map(noteText),
            ...failureTexts(failed, path),
          ],
          text: `${[headline, ...list, ...leftOutLines(leftOut, context)].join("\n")}\n`,
        };
      }
      const report = await exportLegacyFolder(dataset, target, options);
      progress.end();
      const { images, tables, files, sizeBytes, leftOut, notes, failed } = report;
      const headline = `exported ${countsText(images, tables, files, sizeBytes)}, in ${folder}`;
      return {
        exitCode: failed.length > 0 ? EXIT.partial : EXIT.ok,
        data: report,
        warnings: [
          ...selection,
          ...nameNotes(format, folder),
          ...notes.map(noteText),
          ...failureTexts(failed, path),
        ],
        text: `${[headline, ...leftOutLines(leftOut, context)].join("\n")}\n`,
        ...(leftOut === undefined && nextOf(format, folder, context)),
      };
    } finally {
      progress.end();
    }
  },
});

interface Choice {
  /** Of the dataset, as the user typed it. */
  readonly path: string;
  readonly wanted: readonly string[];
  readonly where: string | undefined;
}

/** The images that the user named or selected; undefined for all. */
async function chosenImages(
  context: Pick<CommandContext, "options" | "signal" | "onExit">,
  dataset: ZarrDataset,
  { path, wanted, where }: Choice,
): Promise<{ readonly imageIds?: readonly string[]; readonly notes: readonly string[] }> {
  if (where !== undefined) {
    const selected = await selectImages(context, dataset, where);
    const notes = leftOutNotes(selected);
    if (selected.imageIds.length === 0) {
      const hint = [...notes, `kym ls ${shellWord(path)} lists the images`].join("; ");
      throw new CliError(EXIT.input, "not_found", `--where ${JSON.stringify(where)} selects no image`, {
        hint,
      });
    }
    return { imageIds: selected.imageIds, notes };
  }
  const ids = new Set<string>();
  for (const word of wanted) {
    ids.add((await findImage(dataset, word, path)).image_id);
  }
  return { ...(ids.size > 0 && { imageIds: [...ids] }), notes: [] };
}

/** What the export does not have, by file names. */
function leftOutLines(
  leftOut: ExportLeftOut | undefined,
  { verbose }: Pick<CommandContext, "verbose">,
): readonly string[] {
  if (leftOut === undefined) {
    return [];
  }
  const { images, tables } = leftOut;
  const names = images.map(({ imageId, sourceRelPath }) => printable(sourceRelPath ?? imageId)).toSorted();
  const shown = verbose || names.length <= LEFT_OUT_SHOWN ? names : names.slice(0, LEFT_OUT_SHOWN - 1);
  const more = names.length - shown.length;
  return [
    ...(names.length === 0 ? [] : [`left out ${counted(names.length, "image")}`]),
    ...shown.map((name) => `  ${name}`),
    ...(more === 0 ? [] : [`  and ${more} more; -v lists them`]),
    ...(tables.length === 0 ? [] : [`left out ${counted(tables.length, "table")}: ${tables.join(", ")}`]),
  ];
}

function countsText(images: number, tables: number, files: number, sizeBytes: number): string {
  return `${counted(images, "image")} and ${counted(tables, "table")}: ${counted(files, "file")}, ${(sizeBytes / 1e6).toFixed(1)} MB`;
}

function noteText({ path, reason }: ExportNote): string {
  return `${printable(path)}: ${reason}`;
}

/** Programs know OME-Zarr by the end of its name. */
function nameNotes(format: ExportFormat, folder: string): readonly string[] {
  const isKnown = /\.(zarr|ozx)[\\/]*$/i.test(folder);
  return format !== "ome-zarr" || isKnown
    ? []
    : [`napari and others open a folder whose name ends in .zarr: ${printable(folder)} does not`];
}

function isNgff(format: string): boolean {
  return format === "ome-zarr" || format === "acqstore";
}

/** What could not be read, with the command that says more. */
function failureTexts(failed: readonly ExportFailure[], dataset: string): readonly string[] {
  const texts = failed.map(
    ({ path, reason }) => `${printable(path)} is not in the export: ${printable(reason)}`,
  );
  const isEdited = failed.some(({ code }) => code === "modified_outside");
  const hint = isEdited
    ? `kym check ${shellWord(dataset)} says what changed; kym adopt ${shellWord(dataset)} commits what another program wrote`
    : `kym check ${shellWord(dataset)} lists everything that is wrong`;
  const isTable = failed.some(({ imageId }) => imageId === undefined);
  const again = `kym index ${shellWord(dataset)} --rebuild makes a lost table again`;
  return failed.length === 0 ? [] : [...texts, hint, ...(isTable ? [again] : [])];
}

function nextOf(
  format: ExportFormat,
  folder: string,
  { options }: Pick<CommandContext, "options">,
): Pick<CommandResult, "next"> {
  return isNgff(format)
    ? { next: `kym ingest ${shellWord(folder)} copy.zarr   (gives the same images)` }
    : format === "legacy" && options["no-tiff"] !== true
      ? { next: `kym ingest ${shellWord(folder)} copy.zarr   (gives the same dataset)` }
      : {};
}
