// Compares the pooled tables of a dataset with those of its copy.

import { rowsOf, type ZarrDataset } from "@kym/zarr-store";

/**
 * Compares all pooled tables of two datasets by names, columns, types and values.
 *
 * @returns the first difference in words, or the number of rows per table
 */
export async function tableDifference(
  a: ZarrDataset,
  b: ZarrDataset,
): Promise<{ readonly difference: string } | { readonly rows: ReadonlyMap<string, number> }> {
  const [names, otherNames] = [await a.listTableNames(), await b.listTableNames()];
  if (names.join() !== otherNames.join()) {
    return { difference: `the tables are ${names.join(", ")} and ${otherNames.join(", ")}` };
  }
  const rows = new Map<string, number>();
  for (const name of names) {
    const [table, other] = [await a.loadTable(name), await b.loadTable(name)];
    if (String(table.schema) !== String(other.schema)) {
      return { difference: `the columns of ${name} differ: ${table.schema} and ${other.schema}` };
    }
    const [texts, otherTexts] = [Array.from(rowsOf(table), rowText), Array.from(rowsOf(other), rowText)];
    const [longer, shorter] = texts.length < otherTexts.length ? [otherTexts, texts] : [texts, otherTexts];
    const at = longer.findIndex((text, index) => text !== shorter[index]);
    if (at >= 0) {
      return { difference: `${name}, row ${at}: ${texts[at]} and ${otherTexts[at]}` };
    }
    rows.set(name, texts.length);
  }
  return { rows };
}

function rowText(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}
