// `kym ls`: lists the images of a dataset.

import { COLUMNS } from "@kym/kym-schema";
import { IMAGES_COLUMNS } from "@kym/kym-schema/tables";
import type { Row, ZarrDataset } from "@kym/zarr-store";
import { type Command, type CommandContext, defineCommand } from "../../arguments/command.ts";
import { BLIND_OPTION, blindOverview, isBlind } from "../../study/blind.ts";
import { type ImageOverview, imageOverviews } from "../../study/image-overview.ts";
import { type ImagesTable, loadImagesTable } from "../../study/images-table.ts";
import { openStudy } from "../../study/open-study.ts";
import { leftOutNotes, selectFrom, WHERE_OPTION } from "../../study/select-images.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { counted, printable, type TextColumn, textTable } from "../../terminal/text-table.ts";
import { limitOf, PICK_OPTIONS, type PickOptions, pickColumns, pickRows } from "./pick-images.ts";
import { rowsCsv, rowsTable } from "./rows-text.ts";

const TITLES: readonly TextColumn[] = [
  { title: "id" },
  { title: "file", shrinks: true },
  { title: "lines × px", align: "right" },
  { title: "µm/px", align: "right" },
  { title: "ms/line", align: "right" },
  { title: "ROIs", align: "right" },
  { title: "analyses" },
  { title: "accepted" },
];

const FORMATS = ["table", "csv"] as const;

export const lsCommand: Command = defineCommand({
  usage: "ls DATASET",
  description: `Lists the images. A dash stands for a value that is not known.

--where is one expression of SQL that is true or false for each image; NULL is not true. The
columns that it, --sort and --columns know are ${IMAGES_COLUMNS.map(({ name }) => name).join(", ")};
kym query DATASET "describe images" says more.`,
  examples: [
    "kym ls study.zarr",
    "kym ls study.zarr --stale",
    `kym ls study.zarr --where "condition = 'AngII' and n_rois > 0"`,
    "kym ls study.zarr --no-rois --columns file_name,condition,note",
    "kym ls study.zarr --sort condition,-acquired_local --limit 20",
    "kym ls study.zarr --format csv > images.csv",
  ],
  options: {
    ...BLIND_OPTION,
    ...WHERE_OPTION,
    ...PICK_OPTIONS,
    format: { value: "X", choices: FORMATS, help: "table (default); csv, with all columns" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const { options, terminal } = context;
    const limit = limitOf(options);
    await using dataset = await openStudy(context, path, "r");
    const found = await imageOverviews(dataset);
    const overviews = (isBlind(context) ? found.map(blindOverview) : [...found]).sort(byFile);
    const needsTable =
      wantsJson(context) || options.format === "csv" || PICKING.some((name) => options[name] !== undefined);
    const listing = needsTable
      ? await pick(context, dataset, overviews)
      : { images: overviews, rows: [], columns: undefined, allColumns: [], notes: [] };
    const images = listing.images.slice(0, limit);
    const rows = listing.rows.slice(0, limit);
    const { columns, allColumns } = listing;
    return {
      exitCode: EXIT.ok,
      data: dataOf(images, rows, columns),
      warnings: listing.notes,
      text:
        options.format === "csv"
          ? rowsCsv(columns ?? allColumns, rows)
          : images.length === 0
            ? noneText(overviews.length)
            : columns === undefined
              ? overviewTable(images, terminal)
              : rowsTable(columns, rows, terminal),
      ...(images[0] && { next: `kym show ${path} ${images[0].image_id.slice(0, 8)}` }),
    };
  },
});

/** Options that ask the table of images. */
const PICKING = ["where", "stale", "no-rois", "sort", "columns"] as const;

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
  readonly allColumns: readonly string[];
  readonly notes: readonly string[];
}

async function pick(
  context: CommandContext<PickOptions & { readonly where?: string | undefined }>,
  dataset: ZarrDataset,
  overviews: readonly ImageOverview[],
): Promise<Listing> {
  const { options, signal } = context;
  const table = await loadImagesTable(dataset, { blind: isBlind(context), signal });
  const allColumns = table.columns.map(({ name }) => name);
  const { sort, columns } = pickColumns(options, allColumns);
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
): readonly object[] {
  return columns === undefined
    ? images.map((image, at) => ({ ...image, ...rows[at], n_rois: image.n_rois }))
    : rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null])));
}

function noneText(count: number): string {
  return count === 0 ? "no images yet\n" : `none of ${counted(count, "image")}\n`;
}

function overviewTable(images: readonly ImageOverview[], { outIsTty, width, color }: Terminal): string {
  const rows = images.map((image) => overviewRow(image, outIsTty));
  return textTable(TITLES, rows, { maxWidth: outIsTty ? width : undefined, color });
}

function overviewRow(image: ImageOverview, isShort: boolean): readonly string[] {
  const {
    image_id: id,
    rel_path: relPath,
    shape,
    um_per_px: um,
    seconds_per_line: seconds,
    accepted,
  } = image;
  return [
    isShort ? id.slice(0, 8) : id,
    printable(relPath ?? "—"),
    shape.join(" × "),
    um === null ? "—" : um.toFixed(3),
    seconds === null ? "—" : (seconds * 1000).toFixed(3),
    String(image.n_rois),
    image.analyses.length === 0 ? "—" : image.analyses.join(", "),
    accepted === null ? "—" : accepted ? "yes" : "no",
  ];
}

function byFile(a: ImageOverview, b: ImageOverview): number {
  const [x, y] = [a.rel_path ?? "", b.rel_path ?? ""];
  return x < y ? -1 : x > y ? 1 : a.image_id < b.image_id ? -1 : 1;
}
