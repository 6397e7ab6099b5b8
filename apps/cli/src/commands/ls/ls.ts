// `kym ls`: lists the images of a dataset.

import { COLUMNS } from "@kym/kym-schema";
import { IMAGES_COLUMNS } from "@kym/kym-schema/tables";
import type { Column, Row, ZarrDataset } from "@kym/zarr-store";
import { imageObjectPath } from "@kym/zarr-store/layout";
import { type Command, type CommandContext, defineCommand } from "../../arguments/command.ts";
import { type BlindNames, loadBlindNames } from "../../blind/blind-names.ts";
import { giveTable } from "../../output/give-table.ts";
import { OUTPUT_OPTIONS, outputChoice } from "../../output/output-choice.ts";
import type { OutputTable } from "../../output/output-table.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { BLIND_OPTION, blindFlags, blindOverview, namingOf, seedOf } from "../../study/blind.ts";
import { ImageNames } from "../../study/image-names.ts";
import { type ImageOverview, imageOverviews, isFromTiff } from "../../study/image-overview.ts";
import { type ImagesTable, loadImagesTable } from "../../study/images-table.ts";
import { openStudy } from "../../study/open-study.ts";
import { leftOutNotes, selectFrom, WHERE_OPTION } from "../../study/select-images.ts";
import { kymCommand } from "../../terminal/caller-form.ts";
import { counted, printable, type TextColumn, textTable } from "../../terminal/text-table.ts";
import { lookOutside, type Outside, outsideNotes, PERHAPS_CHANGED } from "../index/outside-lines.ts";
import { limitOf, PICK_OPTIONS, type PickOptions, pickColumns, pickRows } from "./pick-images.ts";
import type { Pictures } from "./picture-lines.ts";
import { rowsTable } from "./rows-table.ts";

const SCALE_FROM = "scale from";
const FILES = "files";
const TITLES: readonly TextColumn[] = [
  { title: "file", shrinks: "path" },
  { title: "condition", drops: 2 },
  { title: "treatment", drops: 3 },
  { title: "lines × px", align: "right", drops: 7 },
  { title: "µm/px", align: "right", drops: 5 },
  { title: "ms/line", align: "right", drops: 6 },
  { title: "ROIs", align: "right" },
  { title: "analyses", drops: 1 },
  { title: "accepted", drops: 4 },
  { title: FILES },
  { title: SCALE_FROM, drops: 8 },
];
/** Columns that say nothing unless an image has a value. */
const ONLY_IF_KNOWN: ReadonlySet<string> = new Set(["condition", "treatment", FILES, SCALE_FROM]);
/** Shown only to those who ask for it, so it is never left out. */
const ID_COLUMN: TextColumn = { title: "id" };
/** Where files are hidden, images have other names. */
const BLIND_TITLES: readonly TextColumn[] = [{ title: "image" }, ...TITLES.slice(1)];

export const lsCommand: Command = defineCommand({
  usage: "ls DATASET",
  description: `Lists the images. Where files of an image differ in size or time from what the log knows, it is
perhaps changed: no file is read. A dash stands for a value that is not known; condition and treatment are
columns if an image has them. With -v, the ids are listed too; a narrow terminal leaves out the less important columns, and --json has all values.

--where is one expression of SQL that is true or false for each image; NULL is not true. The
columns that it, --sort and --columns know are ${IMAGES_COLUMNS.map(({ name }) => name).join(", ")};
kym query DATASET "describe images" says more.`,
  examples: [
    "kym ls study.zarr",
    "kym ls study.zarr --stale",
    `kym ls study.zarr --where "condition = 'AngII' and n_rois > 0"`,
    "kym ls study.zarr --no-rois --columns file_name,condition,note",
    "kym ls study.zarr --sort condition,-acquired_local --limit 20",
    "kym ls study.zarr --pictures",
    "kym ls study.zarr -o images.xlsx",
  ],
  options: {
    pictures: { help: "on a terminal, draw each scan as a strip of one line" },
    ...BLIND_OPTION,
    ...WHERE_OPTION,
    ...PICK_OPTIONS,
    ...OUTPUT_OPTIONS,
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const { options, terminal } = context;
    const limit = limitOf(options);
    const choice = outputChoice(options);
    const isShown = choice.to === "stdout" && choice.format === "table";
    await using dataset = await openStudy(context, path, "r");
    const naming = namingOf(context);
    const blind = naming.blind ? await loadBlindNames(dataset, seedOf(naming)) : undefined;
    const found = await imageOverviews(dataset);
    const overviews = (
      blind === undefined ? [...found] : found.map((image) => blindOverview(image, blind))
    ).sort(byFile);
    const outside = await lookOutside(dataset, { by: "stats", signal: context.signal });
    const needsTable = wantsJson(context) || !isShown || PICKING.some((name) => options[name] !== undefined);
    const listing = needsTable
      ? await pick(context, dataset, overviews, blind)
      : { images: overviews, rows: [], columns: undefined, allColumns: [], notes: [], unread: [] };
    const changed = withUnread(outside, listing.unread);
    const isChanged = changedImages(changed, blind);
    const images = listing.images.slice(0, limit);
    const rows = listing.rows.slice(0, limit);
    const { columns, allColumns } = listing;
    const pictures =
      options.pictures === true && isShown && terminal.outIsTty && images.length > 0
        ? await drawPictures(context, dataset, images, blind)
        : undefined;
    const given = await giveTable(context, choice, tableOf(allColumns, columns, rows), {
      data: dataOf(images, rows, columns, isChanged),
      show: () =>
        images.length === 0
          ? noneText(overviews.length)
          : pictures !== undefined
            ? pictures.text
            : columns === undefined
              ? overviewTable(images, context, blind !== undefined, isChanged)
              : rowsTable(columns, rows, terminal),
      location: dataset.location,
      commandFor: (file) => `kym ls ${shellWord(path)} -o ${shellWord(file)}`,
    });
    return {
      ...given,
      warnings: [
        ...listing.notes,
        ...outsideNotes(changed, new ImageNames(found, blind), {
          ...{ path, blind: naming.blind, verbose: context.verbose },
        }),
        ...pictureNotes(
          pictures,
          `${kymCommand(context)} index ${naming.blind ? "DATASET" : shellWord(path)}`,
        ),
      ],
      ...(isShown &&
        images[0] && {
          next: `kym show ${shellWord(path)} ${shellWord(nameToType(images[0], overviews))}${blindFlags(naming)}`,
        }),
    };
  },
});

/** A file of the same size and time is found only by those who read it. */
function withUnread(outside: Outside, unread: ImagesTable["unread"]): Outside {
  const others = unread
    .map(({ imageId, key }) => ({ imageId, path: imageObjectPath(imageId, key), change: "changed" as const }))
    .filter((other) => !outside.changes.some(({ path }) => path === other.path));
  return {
    ...outside,
    changes: [...outside.changes, ...others],
    imageIds: new Set([...outside.imageIds, ...others.map(({ imageId }) => imageId)]),
  };
}

/** By the names that images have here. */
function changedImages({ imageIds }: Outside, blind: BlindNames | undefined): ReadonlySet<string> {
  return blind === undefined ? imageIds : new Set([...imageIds].map((id) => blind.of(id) ?? id));
}

/** Options that ask the table of images. */
const PICKING = ["where", "stale", "no-rois", "sort", "columns"] as const;

async function drawPictures(
  context: Pick<CommandContext, "terminal" | "signal">,
  dataset: ZarrDataset,
  images: readonly ImageOverview[],
  blind: BlindNames | undefined,
): Promise<Pictures> {
  const { terminal, signal } = context;
  const named = images.map(({ image_id: name, rel_path: path }) => ({
    imageId: blind?.idOf(name) ?? name,
    name: printable(path ?? name),
  }));
  // Loaded here, because most lists have no pictures.
  const { pictureLines } = await import("./picture-lines.ts");
  const isBlind = blind !== undefined;
  return pictureLines(dataset, named, {
    ...{ width: terminal.width, color: terminal.color, blind: isBlind, signal },
  });
}

function pictureNotes(pictures: Pictures | undefined, indexing: string): readonly string[] {
  const { missing = 0 } = pictures ?? {};
  const whose = missing === 1 ? "image has no overview" : "images have no overview";
  return missing === 0 ? [] : [`${missing} ${whose}: ${indexing} makes what is missing`];
}

/** JSON gets all columns of the table of images. */
function wantsJson({ options }: Pick<CommandContext, "options">): boolean {
  return options["json"] === true;
}

interface Listing {
  readonly images: readonly ImageOverview[];
  /** The same images in the table of images; empty if nothing asks for the table. */
  readonly rows: readonly Row[];
  /** The columns that the user wants; undefined for those that are shown by default. */
  readonly columns: readonly string[] | undefined;
  readonly allColumns: readonly Column[];
  readonly notes: readonly string[];
  readonly unread: ImagesTable["unread"];
}

async function pick(
  context: CommandContext<PickOptions & { readonly where?: string | undefined }>,
  dataset: ZarrDataset,
  overviews: readonly ImageOverview[],
  blind: BlindNames | undefined,
): Promise<Listing> {
  const { options, signal } = context;
  const table = await loadImagesTable(dataset, { blind, signal });
  const allColumns = table.columns;
  const { sort, columns } = pickColumns(
    options,
    allColumns.map(({ name }) => name),
  );
  const { rows, notes } = await whereRows(context, table, options.where);
  const overviewOf = new Map(overviews.map((image) => [image.image_id, image]));
  const both = pickRows(rows, sort, options).flatMap((row) => {
    const image = overviewOf.get(String(row[COLUMNS.imageId]));
    return image === undefined ? [] : [{ row, image }];
  });
  return {
    images: both.map(({ image }) => image),
    rows: both.map(({ row }) => row),
    columns,
    allColumns,
    notes,
    unread: table.unread,
  };
}

async function whereRows(
  context: Pick<CommandContext, "signal" | "onExit">,
  table: ImagesTable,
  where: string | undefined,
): Promise<{ readonly rows: readonly Row[]; readonly notes: readonly string[] }> {
  if (where === undefined) {
    return { rows: table.rows, notes: [] };
  }
  const selected = await selectFrom(context, table, where);
  const ids = new Set(selected.imageIds);
  const rows = table.rows.filter((row) => ids.has(String(row[COLUMNS.imageId])));
  return { rows, notes: leftOutNotes(selected) };
}

function dataOf(
  images: readonly ImageOverview[],
  rows: readonly Row[],
  columns: readonly string[] | undefined,
  isChanged: ReadonlySet<string>,
): readonly object[] {
  return columns === undefined
    ? images.map((image, at) => ({
        ...{ ...image, ...rows[at], n_rois: image.n_rois },
        perhaps_changed: isChanged.has(image.image_id),
      }))
    : rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null])));
}

/** The rows with types and units: all columns, or those that the user wants. */
function tableOf(
  allColumns: readonly Column[],
  wanted: readonly string[] | undefined,
  rows: readonly Row[],
): OutputTable {
  const byName = new Map(allColumns.map((column) => [column.name, column]));
  const columns = (wanted ?? [...byName.keys()]).flatMap((name) => byName.get(name) ?? []);
  return {
    columns: columns.map((column) => ({
      ...column,
      values: rows.map((row) => row[column.name] ?? null),
    })),
    rowCount: rows.length,
  };
}

function noneText(count: number): string {
  return count === 0 ? "no images yet\n" : `none of ${counted(count, "image")}\n`;
}

function overviewTable(
  images: readonly ImageOverview[],
  context: Pick<CommandContext, "terminal" | "verbose">,
  blind: boolean,
  isChanged: ReadonlySet<string>,
): string {
  const { outIsTty, width, color } = context.terminal;
  const hasIds = context.verbose && !blind;
  // A header is what one expects: sources are shown only where a scale is from a TIFF.
  const hasSource = images.some((image) => isFromTiff(image.calibration_source));
  const rows = images.map((image) => {
    const mark = isChanged.has(image.image_id) ? PERHAPS_CHANGED : UNKNOWN;
    const [file = "", ...cells] = overviewRow(image, mark, hasSource);
    const id = outIsTty ? image.image_id.slice(0, 8) : image.image_id;
    return [blind ? image.image_id : file, ...cells, ...(hasIds ? [id] : [])];
  });
  const named = blind ? BLIND_TITLES : TITLES;
  const titles = hasIds ? [...named, ID_COLUMN] : named;
  const shown = [...titles.keys()].filter(
    (at) => !ONLY_IF_KNOWN.has(titles[at]?.title ?? "") || rows.some((row) => row[at] !== UNKNOWN),
  );
  const tableOf = (columns: readonly number[], maxWidth: number | undefined): string => {
    const picked = rows.map((row) => columns.map((at) => row[at] ?? ""));
    return textTable(
      columns.flatMap((at) => titles.slice(at, at + 1)),
      picked,
      { maxWidth, color },
    );
  };
  const maxWidth = outIsTty ? width : undefined;
  // No path is shortened to make room for where a scale is from: kym show says it as well.
  const without = shown.filter((at) => titles[at]?.title !== SCALE_FROM);
  return maxWidth === undefined || tableOf(shown, maxWidth) === tableOf(shown, undefined)
    ? tableOf(shown, maxWidth)
    : tableOf(without, maxWidth);
}

/** What a user may type for an image. */
function nameToType(image: ImageOverview, all: readonly ImageOverview[]): string {
  if (image.rel_path === null && all.every((one) => one.rel_path === null)) {
    return image.image_id;
  }
  const name = new ImageNames(all).of(image.image_id);
  return name === image.image_id ? name.slice(0, 8) : name;
}

const UNKNOWN = "—";

/** @param hasSource whether to say where the calibration is from */
function overviewRow(image: ImageOverview, mark: string, hasSource: boolean): readonly string[] {
  const { rel_path: relPath, shape, um_per_px: um, seconds_per_line: seconds, accepted } = image;
  return [
    printable(relPath ?? UNKNOWN),
    printable(image.condition || UNKNOWN),
    printable(image.treatment || UNKNOWN),
    shape.join(" × "),
    um === null ? UNKNOWN : um.toFixed(3),
    seconds === null ? UNKNOWN : (seconds * 1000).toFixed(3),
    String(image.n_rois),
    image.analyses.length === 0 ? UNKNOWN : image.analyses.join(", "),
    accepted === null ? UNKNOWN : accepted ? "yes" : "no",
    mark,
    hasSource ? printable(image.calibration_source ?? UNKNOWN) : UNKNOWN,
  ];
}

function byFile(a: ImageOverview, b: ImageOverview): number {
  const [x, y] = [a.rel_path ?? "", b.rel_path ?? ""];
  return x < y ? -1 : x > y ? 1 : a.image_id < b.image_id ? -1 : 1;
}
