// Makes docs/who-reads-what.md of what readers did.

/** What one reader does with one thing that it was given. Parts between two asterisks are wrong without an error. */
export interface ReaderRow {
  readonly reader: string;
  readonly version: string;
  readonly given: string;
  readonly result: string;
}

/** Readers that no test here runs, and where that is known from. */
const NOT_RUN: readonly (readonly [reader: string, given: string, known: string])[] = [
  [
    "Bio-Formats 7.3.1",
    "a TIFF of `kym export --to imagej`",
    "ran elsewhere in November 2026: it takes the line period for a length. No registry that the tests use has it",
  ],
  [
    "VirtualiZarr 2.8.0",
    "pixels, chunk keys with `.`",
    "ran elsewhere in November 2026: right. It needs Python 3.12",
  ],
  ["vizarr, neuroglancer", "a dataset", "their source was read: they open OME-Zarr, which a dataset is not"],
  [
    "vizarr, neuroglancer",
    "`kym export --to ome-zarr`",
    "their source was read: both want axes `y` and `x`; vizarr takes the scale of level 0 alone; neuroglancer refuses units that NGFF does not have",
  ],
  [
    "n5-ij, in Fiji",
    "`kym export --to ome-zarr`",
    "its source was read: it has one unit for both axes, so lines are shown in \u00b5m",
  ],
  [
    "Bio-Formats, QuPath, OMERO",
    "`kym export --to ome-zarr`",
    "they read OME-Zarr 0.4 at most. Give them a TIFF",
  ],
  ["ozx-tck", "`.ozx`", "neither PyPI nor npm has it"],
  [
    "acqstore 0.2",
    "`kym export --to acqstore`",
    "it is in no registry. A store of this form was opened elsewhere in November 2026",
  ],
  ["QuPath, MATLAB, Julia", "exports and tables", "neither read nor run"],
];

/** The page. Rows stay in their order; those of a reader stand together. */
export function readersPage(rows: readonly ReaderRow[]): string {
  const readers = [...new Set(rows.map(({ reader }) => reader))];
  const lines = readers.flatMap((reader) => rows.filter((row) => row.reader === reader));
  return `# Who reads what

What other programs do with a dataset and with exports. Every line of the first table was run: \`test/interop/readers\` lets each reader
open the same small image, compares the pixels, and writes this page. A test compares it. What is wrong without an error is bold.

| reader | version | given | what it does |
|---|---|---|---|
${lines.map(({ reader, version, given, result }) => `| ${[reader, version, given, result].map(cell).join(" | ")} |`).join("\n")}

What follows from it:

- Chunk keys of datasets that were made before version 3 of the format have dots. VirtualiZarr 2.5.1, which pip installs for Python 3.11,
  shows such pixels as 0. Open them with zarr-python, or copy them with xarray.
- GDAL and netCDF-C open no final Zarr v3 in these versions. netCDF is made with xarray:
  [the lines](on-disk-format.md#opening-an-image-in-python).
- An export for ImageJ says \`s\` for the lines, in the way of ImageJ's own files. Readers that know one unit for both axes take it for
  a length. Time on the axis of lines is right in ImageJ, tifffile and our reader.
- napari needs the scale: \`kym show\` prints the lines.
- Open each image of an export as OME-Zarr by itself, as \`study.ome.zarr/0\`. napari and iohub also open the root of several; ngff-zarr
  lists what is in it, and ome-zarr-py shows nothing. [More about these exports](ngff-export.md).
- Write truth values for R as \`TRUE\`, as \`kym query -o\` does.

## Not run

| reader | given | known from |
|---|---|---|
${NOT_RUN.map((line) => `| ${line.map(cell).join(" | ")} |`).join("\n")}
`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
