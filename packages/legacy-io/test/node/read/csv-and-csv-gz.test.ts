// A table beside an image and the same table packed in a dataset are one table: gzip changes nothing.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  type CellValue,
  isZarrStoreError,
  memoryStore,
  openDataset,
  rowsOf,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { schemaOfTable } from "@kym/zarr-store/table";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadFileTable } from "../../../src/node/stores/load-file-table.ts";

type Table = Awaited<ReturnType<typeof loadFileTable>>;

/** What a table is: names and types, then rows; or the code of the error. */
type Read = readonly (readonly CellValue[])[] | string;

let folder: string;
let record: ZarrImageRecord;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-csv-"));
  const dataset = await openDataset(memoryStore());
  record = await dataset.addImage({ dtype: "uint8", shape: [1, 1], data: new Uint8Array(1) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function said(read: () => Promise<Table>): Promise<Read> {
  try {
    const table = await read();
    const columns = schemaOfTable(table).columns.map(({ name, type }) => `${name} ${type}`);
    return [columns, ...Array.from(rowsOf(table), (row) => Object.values(row).map((cell) => cell ?? null))];
  } catch (error) {
    if (isZarrStoreError(error)) {
      return error.code;
    }
    throw error;
  }
}

async function readBothWays(csv: string | Uint8Array): Promise<readonly [sidecar: Read, artifact: Read]> {
  const path = join(folder, "scan.table.csv");
  await writeFile(path, csv);
  const artifact = async (): Promise<Table> => {
    await record.tables.saveBytes("table", "csv.gz", new Uint8Array(gzipSync(csv)));
    return record.loadCsvGz("table");
  };
  return [await said(() => loadFileTable(path, "csv")), await said(artifact)];
}

test.each<[what: string, csv: string, expected: Read]>([
  [
    "a plus sign makes text",
    "v,w\n+5,1\n",
    [
      ["v utf8", "w int64"],
      ["+5", 1n],
    ],
  ],
  [
    "NA, N/A and null are missing numbers",
    "v,w\n1,1\nNA,2\nN/A,3\nnull,4\n",
    [
      ["v int64", "w int64"],
      [1n, 1n],
      [null, 2n],
      [null, 3n],
      [null, 4n],
    ],
  ],
  [
    "NA is a missing boolean",
    "v,w\nTrue,1\nNA,2\n",
    [
      ["v bool", "w int64"],
      [true, 1n],
      [null, 2n],
    ],
  ],
  [
    "a number in quotes is text below bare titles",
    'v,w\n"1",1\n',
    [
      ["v utf8", "w int64"],
      ["1", 1n],
    ],
  ],
  [
    "quotes do not matter below titles that are all in quotes",
    '"v","w"\n"1","x"\n',
    [
      ["v int64", "w utf8"],
      [1n, "x"],
    ],
  ],
  [
    "NaN alone is a column of floats",
    "v,w\nNaN,1\nNaN,2\n",
    [
      ["v float64", "w int64"],
      [null, 1n],
      [null, 2n],
    ],
  ],
  [
    "lines end with CR",
    "v,w\r1,2\r3,4\r",
    [
      ["v int64", "w int64"],
      [1n, 2n],
      [3n, 4n],
    ],
  ],
  [
    "lines end with CRLF",
    "v,w\r\n1,2\r\n3,4\r\n",
    [
      ["v int64", "w int64"],
      [1n, 2n],
      [3n, 4n],
    ],
  ],
  [
    "empty lines among two columns are skipped",
    "\nv,w\n\n1,2\n\n\n3,4\n\n",
    [
      ["v int64", "w int64"],
      [1n, 2n],
      [3n, 4n],
    ],
  ],
  ["an empty line in one column is NULL", "v\n1\n\n2\n", [["v int64"], [1n], [null], [2n]]],
  [
    "an empty line in one column is NULL, with CRLF",
    "v\r\n1\r\n\r\n2\r\n",
    [["v int64"], [1n], [null], [2n]],
  ],
  [
    "two columns have no title",
    ",,v\n0,a,1.5\n",
    [
      ["Unnamed: 0 int64", "Unnamed: 1 utf8", "v float64"],
      [0n, "a", 1.5],
    ],
  ],
  [
    "a title is Unnamed: 0",
    "Unnamed: 0,v\n0,1\n",
    [
      ["Unnamed: 0 int64", "v int64"],
      [0n, 1n],
    ],
  ],
  [
    "an index was saved twice",
    ",Unnamed: 0,v\n0,7,1\n",
    [
      ["Unnamed: 0.1 int64", "Unnamed: 0 int64", "v int64"],
      [0n, 7n, 1n],
    ],
  ],
  [
    "tRUE is a boolean",
    "v,w\ntRUE,1\nfalse,2\n",
    [
      ["v bool", "w int64"],
      [true, 1n],
      [false, 2n],
    ],
  ],
  [
    "19 digits are whole numbers",
    "v,w\n1771711156123456789,1\n",
    [
      ["v int64", "w int64"],
      [1771711156123456789n, 1n],
    ],
  ],
  [
    "a point begins or ends a number",
    "v,w\n.5,1\n5.,2\n",
    [
      ["v float64", "w int64"],
      [0.5, 1n],
      [5, 2n],
    ],
  ],
  [
    "leading zeros make text",
    "v,w\n007,1\n8,2\n",
    [
      ["v utf8", "w int64"],
      ["007", 1n],
      ["8", 2n],
    ],
  ],
  [
    "an empty cell in quotes is missing among numbers",
    'v,w\n1,1\n"",2\n',
    [
      ["v int64", "w int64"],
      [1n, 1n],
      [null, 2n],
    ],
  ],
  [
    "an empty cell in quotes is empty among texts",
    'v,w\na,1\n"",2\n,3\n',
    [
      ["v utf8", "w int64"],
      ["a", 1n],
      ["", 2n],
      [null, 3n],
    ],
  ],
  [
    "a byte order mark comes first",
    "\ufeffv,w\n1,2\n",
    [
      ["v int64", "w int64"],
      [1n, 2n],
    ],
  ],
  ["two columns have one title", "v,v\n1,2\n", "invalid_file"],
  ["a row is too short", "v,w\n1\n", "invalid_file"],
  ["a quote stands inside a cell", 'v,w\n1"2,3\n', "invalid_file"],
  ["the file is empty", "", "invalid_file"],
])("a table is the same as .csv and as .csv.gz: %s", async (_, csv, expected) => {
  const [sidecar, artifact] = await readBothWays(csv);
  expect(sidecar).toEqual(expected);
  expect(artifact).toEqual(expected);
});
