// `kym show`: shows one image of a dataset.

import { dirname, join } from "node:path";
import { KymDataset, loadAnalyses } from "@kym/kym-dataset";
import { ARTIFACTS, loadMetadataText, parseMetadata, planeScales } from "@kym/kym-schema";
import {
  isZarrStoreError,
  parseImageId,
  parseTableName,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { type AxisScales, axisScalesOf } from "@kym/zarr-store/array";
import { imageObjectOf, imagePartKey, pixelArray, tablePath } from "@kym/zarr-store/layout";
import { type Command, type CommandResult, defineCommand } from "../../arguments/command.ts";
import { loadBlindNames } from "../../blind/blind-names.ts";
import { analysisLines, analysisRecords, preferenceLines } from "../../screen/analysis-lines.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { shortNumber } from "../../screen/short-number.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { BLIND_OPTION, namingOf, seedOf } from "../../study/blind.ts";
import { findImage } from "../../study/find-image.ts";
import { ImageNames } from "../../study/image-names.ts";
import { isFromTiff } from "../../study/image-overview.ts";
import { HOW_TO_ANALYSE, indexersOf } from "../../study/indexers.ts";
import { openStudy } from "../../study/open-study.ts";
import { roiPlace, roiPlaceText } from "../../study/roi-place.ts";
import { kymCommand } from "../../terminal/caller-form.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { printable } from "../../terminal/text-table.ts";
import { changedFor, lookOutside, outsideNotes, PERHAPS_CHANGED } from "../index/outside-lines.ts";
import { blindShown } from "./blind-shown.ts";
import { acquiredText, lineScanOf, lineScanText } from "./line-scan.ts";
import { napariRecipe } from "./napari-recipe.ts";
import { isPackedName, packedRecipes } from "./packed-recipes.ts";
import { readersOf, readersText } from "./readers.ts";
import { showPicture } from "./show-picture.ts";
import type { Shown, ShownRoi, TableState } from "./shown.ts";
import { calibrationOptions, tiffCalibration, tiffCalibrationText } from "./tiff-calibration.ts";
import { tiffValues } from "./tiff-values.ts";
import { xarrayRecipe } from "./xarray-recipe.ts";

export const showCommand: Command = defineCommand({
  usage: "show DATASET IMAGE",
  description: `Shows one image: calibration, ROIs, artifacts, whether its rows in the tables are fresh, and
how to open it in other programs. Name the image by its id, the beginning of its id, its
path, or its file name or a part of it.

A terminal shows a picture as well: the scan with time to the right, and below it the velocities
of the first ROI, the middle half of them at each place, and its events. With --at, it is a stretch
of all lines. Nothing is drawn in a pipe.`,
  examples: [
    "kym show study.zarr 20250722_A89_0002",
    "kym show study.zarr 1f0c2d7e --json",
    "kym show study.zarr 20250722_A89_0002 --at 3.2s",
    "kym show study.zarr 1f0c2d7e --blind",
  ],
  options: { at: { value: "T", help: "draw the stretch from 3.2s, 320ms or 2700lines on" }, ...BLIND_OPTION },
  run: async (context) => {
    const [path = "", wanted = ""] = context.args;
    await using dataset = await openStudy(context, path, "r");
    const naming = namingOf(context);
    const image = await findImage(dataset, wanted, path, naming);
    const record = dataset.record(image.image_id);
    const kym = new KymDataset(dataset);
    const changed = new Set<string>();
    const metadataText = await unlessChanged(loadMetadataText(record), changed);
    const metadata = metadataText === undefined ? undefined : parseMetadata(metadataText);
    const artifacts = {
      json: await record.json.list(),
      parquet: await record.tables.list({ format: "parquet" }),
      "csv.gz": await record.tables.list({ format: "csv.gz" }),
      arrays: await record.listArrayArtifacts(),
      attachments: await record.listAttachments(),
    };
    const tables: TableState[] = [];
    const look = { imageIds: [image.image_id], by: "stats", signal: context.signal } as const;
    const outside = await lookOutside(dataset, look);
    for (const indexer of await indexersOf(dataset, image.image_id)) {
      if (changedFor(indexer, outside).has(image.image_id)) {
        tables.push({ table: indexer.tableName, state: "perhaps_changed", explanation: PERHAPS });
        continue;
      }
      const { staleness, explanation } = await kym.describeStaleness(indexer, image.image_id);
      tables.push({
        table: indexer.tableName,
        state: staleness.state,
        explanation: explanation.slice(explanation.indexOf(": ") + 2),
      });
    }
    const rois = (metadata?.rois ?? []).map((roi) => ({
      roi_id: roi.id,
      type: roi.type,
      name: roi.name,
      note: roi.note,
      channel: roi.channel,
      revision: roi.revision,
      ...roiPlace(roi),
    }));
    const attributes = await record.attributes();
    const analyses = (await unlessChanged(loadAnalyses(record, { signal: context.signal }), changed)) ?? [];
    const readers = (await unlessChanged(readersOf(record), changed)) ?? null;
    const lineScan = await unlessChanged(lineScanOf(record), changed);
    const perhaps = outside.changes.map(({ path: file }) => file);
    const facts = {
      ...image,
      axis_scales: await scalesOf(record, metadataText),
      tiff_calibration: tiffCalibration(attributes),
      ...tiffValues(attributes),
      ...(lineScan && { line_scan: lineScan }),
      ...{ readers, rois, artifacts, tables, analysis_runs: analysisRecords(analyses) },
      perhaps_changed: [...new Set([...perhaps, ...changed])],
    };
    const { blind } = naming;
    const data = blind ? blindShown(facts, await loadBlindNames(dataset, seedOf(naming))) : facts;
    const { terminal, signal } = context;
    const picture = terminal.outIsTty
      ? await showPicture(kym, image.image_id, {
          ...{ at: context.options.at, terminal, signal, blind },
          indexing: `${kymCommand(context)} index ${blind ? "DATASET" : shellWord(path)}`,
        })
      : "";
    return {
      exitCode: EXIT.ok,
      data,
      warnings: outsideNotes(outside, new ImageNames([image]), { path, blind, verbose: true }).slice(-1),
      text: textOf(data, context.resolvePath(path), {
        analyses: [...preferenceLines(await kym.loadSettings()), ...analysisLines(analyses)],
        table: await tableToOpen(dataset, tables),
        exporting: `${kymCommand(context)} export ${shellWord(path)}`,
        exportingRois: `${kymCommand(context)} roi export ${shellWord(path)}`,
        terminal,
        picture,
        blind,
      }),
      ...(blind ? {} : nextOf(path, data)),
    };
  },
});

const METADATA_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });

/** What is read of an image; undefined if another program changed or removed the file, whose path is then added to `changed`. */
async function unlessChanged<T>(reading: Promise<T>, changed: Set<string>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const path = isZarrStoreError(error, "modified_outside", "integrity") ? error.details["path"] : undefined;
    if (typeof path !== "string") {
      throw error;
    }
    changed.add(path);
    return undefined;
  }
}

/** What is said of rows that are made from a file that differs in size or time. */
const PERHAPS =
  "perhaps changed. A file that the rows are made from has another size or time than the log knows; kym index reads it.";

/** What to do about stale rows, or about a calibration that only the TIFF states. */
function nextOf(path: string, image: Shown): Pick<CommandResult, "next"> {
  if (image.tables.some(({ state }) => state === "stale")) {
    return { next: `kym index ${shellWord(path)}` };
  }
  const options = image.calibrated ? [] : calibrationOptions(image.tiff_calibration);
  return options.length === 0
    ? {}
    : { next: `kym edit ${shellWord(path)} ${image.image_id.slice(0, 8)} ${options.join(" ")}` };
}

/** As the array says them; where it says none, because an older version wrote it, as the metadata do. */
async function scalesOf(record: ZarrImageRecord, metadataText: string | undefined): Promise<AxisScales> {
  const { attributes, shape } = await record.openArray();
  const said = axisScalesOf(attributes, shape.length);
  return said.some((scale) => scale !== null) ? said : planeScales(metadataText, shape.length);
}

interface Surroundings {
  /** What is to be said of its analyses. */
  readonly analyses: readonly string[];
  /** Path in the dataset of a table that other programs can open. */
  readonly table: string | undefined;
  /** The beginning of a command that exports the dataset. */
  readonly exporting: string;
  /** The beginning of a command that exports ROIs of the dataset. */
  readonly exportingRois: string;
  readonly terminal: Pick<Terminal, "outIsTty" | "width">;
  /** Lines as wide as the terminal, or nothing. */
  readonly picture: string;
  /** Then neither ids nor places are shown. */
  readonly blind: boolean;
}

/** Facts are wrapped to the terminal; lines to copy into another program stay whole. */
function textOf(
  image: Shown,
  location: string,
  { analyses, table, exporting, exportingRois, terminal, picture, blind }: Surroundings,
): string {
  const calibration = scaleText(image, terminal.outIsTty);
  const facts = [
    printable(image.rel_path ?? image.image_id),
    ...(blind ? [] : [`  id        ${image.image_id}`]),
    `  pixels    ${image.shape.join(" × ")} ${image.dtype ?? ""} (${image.axes.join(", ")})`,
    `  scale     ${calibration}`,
    ...lineScanText(image.line_scan).map((text) => `  line      ${text}`),
    ...(blind
      ? []
      : [`  acquired  ${acquiredText(image.acquired_local, image.line_scan, hasNoZone(image))}`]),
    ...image.perhaps_changed.map(
      (file) => `  files     ${PERHAPS_CHANGED}${blind ? "" : `: ${imageObjectOf(file)?.key ?? file}`}`,
    ),
    `  accepted  ${image.accepted === null ? "unknown" : image.accepted ? "yes" : "no"}`,
    ...(image.readers === null ? [] : [`  read by   ${readersText(image.readers)}`]),
    ...image.tiff_warnings.map((warning) => `  note      ${printable(warning)}`),
    "",
    image.rois.length > 0
      ? "ROIs"
      : image.perhaps_changed.some((file) => imageObjectOf(file)?.key === METADATA_KEY)
        ? "ROIs are not known: another program changed the file that has them"
        : "no ROIs",
    ...image.rois.map(roiLine),
    "",
    "artifacts",
    ...Object.entries(image.artifacts).flatMap(([kind, names]) =>
      names.length === 0 ? [] : [`  ${kind.padEnd(11)} ${names.map(printable).join(", ")}`],
    ),
    "",
    "tables",
    ...image.tables.map(
      ({ table: name, state, explanation }) =>
        `  ${name}: ${state === "not_analysed" ? "not analysed" : explanation}`,
    ),
    ...analyses.map((line) => `  ${line}`),
    ...(image.tables.every(({ state }) => state === "not_analysed") ? [`  ${HOW_TO_ANALYSE}`] : []),
    "",
  ];
  const shown = wrapText(facts.join("\n"), terminal);
  const drawn = picture === "" ? "" : `\n${picture}`;
  if (blind) {
    return `${shown}${drawn}`;
  }
  if (isPackedName(location)) {
    const unpacking = `kym unpack ${shellWord(location)} DATASET`;
    const lines = packedRecipes(location, image.image_id, table, unpacking);
    return `${shown}\n${["open it elsewhere", ...lines].join("\n")}\n${drawn}`;
  }
  const recipes = [
    "open it elsewhere",
    `  Python   zarr.open_array(${JSON.stringify(join(location, pixelArray(parseImageId(image.image_id))))})[:]`,
    ...xarrayRecipe(location, image.image_id, image.axes, image.axis_scales).map(
      (line, index) => `  ${(index === 0 ? "xarray" : "").padEnd(8)} ${line}`,
    ),
    ...napariRecipe({
      ...{ location, imageId: image.image_id, axes: image.axes, scales: image.axis_scales },
      exportRois: image.rois.length === 0 ? undefined : `${exportingRois} ${image.image_id}`,
    }).map((line, index) => `  ${(index === 0 ? "napari" : "").padEnd(8)} ${line}`),
    ...tableRecipes(location, table),
    `  Fiji     ${exporting} fiji ${shellWord(image.rel_path ?? image.image_id)} --to imagej`,
  ];
  return `${shown}\n${recipes.join("\n")}\n${drawn}`;
}

/** True if the microscope's file says when it was recorded, and not in which zone. */
function hasNoZone({ line_scan: scan, tiff_start: start }: Shown): boolean {
  return scan !== undefined || start !== undefined;
}

/** The steps of the plane, and the part of the TIFF that states them if nothing beside it did. */
function scaleText(image: Shown, isShort: boolean): string {
  const number = isShort ? shortNumber : String;
  const {
    um_per_px: um,
    seconds_per_line: seconds,
    tiff_calibration: tiff,
    calibration_source: source,
  } = image;
  if (um === null && seconds === null) {
    const said = tiff.length === 0 ? "" : `; the TIFF itself says ${printable(tiffCalibrationText(tiff))}`;
    return `uncalibrated: no header, sizes are in pixels and lines${said}`;
  }
  const perLine =
    seconds === null
      ? "no time per line"
      : `${isShort ? number(seconds * 1000) : (seconds * 1000).toFixed(4)} ms/line`;
  const steps = `${um === null ? "no size of a pixel" : `${number(um)} µm/px`} · ${perLine}`;
  return isFromTiff(source)
    ? `${steps}, as the ${/\w: /.test(source) ? "recording" : "TIFF"} says (${printable(source)})`
    : steps;
}

function roiLine(roi: ShownRoi): string {
  const label = [roi.name, roi.note]
    .filter((text) => text !== "")
    .map(printable)
    .join(" · ");
  return `  ${roi.roi_id} ${roi.type}${roiPlaceText(roi)}${label === "" ? "" : `  ${label}`}`;
}

/** A table that exists, preferably one with rows of this image: its file, or the folder of its parts. */
async function tableToOpen(dataset: ZarrDataset, tables: readonly TableState[]): Promise<string | undefined> {
  const names = await dataset.listTableNames();
  const there = tables.filter(({ table }) => names.includes(table));
  const analysed = there.findLast(({ state }) => state !== "not_analysed");
  const name = (analysed ?? there.at(-1))?.table;
  if (name === undefined) {
    return undefined;
  }
  const file = tablePath(parseTableName(name));
  const [first] = await dataset
    .loadTableFiles(name, { ifLost: "absent" })
    .catch((error: unknown) => (isZarrStoreError(error, "not_found") ? [] : Promise.reject(error)));
  return first === undefined || first.path === file ? file : dirname(first.path);
}

/** How other programs read a table. pandas reads a folder as it is; DuckDB needs the names in it. */
function tableRecipes(location: string, table: string | undefined): readonly string[] {
  if (table === undefined) {
    return ["  tables   not there yet; kym index creates them"];
  }
  const file = join(location, table);
  const files = file.endsWith(".parquet") ? file : join(file, "*.parquet");
  return [
    `  pandas   pandas.read_parquet(${JSON.stringify(file)})`,
    `  DuckDB   select * from ${sqlText(files)}`,
  ];
}

function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
