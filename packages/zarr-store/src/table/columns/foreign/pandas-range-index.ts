// Reads the row labels of pandas that it keeps as a range in the metadata of a Parquet file, and not as a column.

/** Row labels `start`, `start + step`, … with the name that pandas would give the column. */
export interface RangeIndex {
  readonly name: string;
  readonly start: number;
  readonly step: number;
}

/** What pandas calls an index without a name when it stores it as a column. */
const UNNAMED = "__index_level_0__";

/**
 * The range in the metadata `pandas` of a file, if it says more than the number of a row: it has a name, or does not count from 0
 * by 1, as after `df[df.score > 0]`. Undefined for any other file, for a range that does not fit the rows, and for one whose name is
 * that of a column.
 *
 * @see https://pandas.pydata.org/docs/development/developer.html "Storing pandas DataFrame objects in Apache Parquet format"
 */
export function pandasRangeIndexOf(
  metadata: ReadonlyMap<string, string>,
  { columns, rowCount }: { readonly columns: readonly string[]; readonly rowCount: number },
): RangeIndex | undefined {
  const [range] = indexColumnsOf(metadata.get("pandas"));
  if (typeof range !== "object" || range === null || Reflect.get(range, "kind") !== "range") {
    return undefined;
  }
  const [named, start, stop, step] = ["name", "start", "stop", "step"].map((key): unknown =>
    Reflect.get(range, key),
  );
  const name = typeof named === "string" && named !== "" ? named : UNNAMED;
  const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
  if (!isWhole(start) || !isWhole(stop) || !isWhole(step) || step === 0 || columns.includes(name)) {
    return undefined;
  }
  const fits = Math.max(0, Math.ceil((stop - start) / step)) === rowCount;
  const saysMore = name !== UNNAMED || start !== 0 || step !== 1;
  return fits && saysMore && rowCount > 0 ? { name, start, step } : undefined;
}

function indexColumnsOf(text: string | undefined): readonly unknown[] {
  try {
    const document: unknown = JSON.parse(text ?? "null");
    const columns: unknown = Object(document)["index_columns"];
    return Array.isArray(columns) ? columns : [];
  } catch {
    return [];
  }
}
