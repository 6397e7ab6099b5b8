// Lays out rows of cells as lines of text, for people to read.

const NUMBER = /^(-?\d[\d.]*( %)?|NaN %|—|)$/;

/**
 * Writes one line per row, with two spaces between columns. The first row holds the titles. Columns of numbers are
 * aligned right, all others left.
 */
export function alignRows(rows: readonly (readonly string[])[]): string {
  const [titles = [], ...body] = rows;
  const columns = titles.map((_, column) => ({
    width: Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    isNumeric: body.every((row) => NUMBER.test(row[column] ?? "")),
  }));
  const lines = rows.map((row) =>
    columns
      .map(({ width, isNumeric }, column) => {
        const cell = row[column] ?? "";
        return isNumeric ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
  return lines.join("\n");
}
