/** Lays out rows of cells as lines of text, for people to read. */

const NUMBER = /^(-?\d[\d.]*( %)?|NaN %|—|)$/;

/**
 * One line per row, columns two spaces apart. The first row holds the titles. A column of numbers stands to the right,
 * any other to the left.
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
