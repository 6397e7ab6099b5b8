// Prints rows one below the other, for a table that is too wide for the terminal.

import { textWidth } from "./text-width.ts";

/**
 * One block per row, with one line per column. Nothing is cut, and the text ends with a newline.
 */
export function recordList(
  columns: readonly { readonly title: string }[],
  rows: readonly (readonly string[])[],
): string {
  const width = Math.max(0, ...columns.map(({ title }) => textWidth(title)));
  const blocks = rows.map((row, number) => {
    const lines = columns.map(({ title }, index) => {
      const spaces = " ".repeat(width - textWidth(title));
      return `  ${title}${spaces}  ${row[index] ?? ""}`.trimEnd();
    });
    return [`row ${number + 1} of ${rows.length}`, ...lines].join("\n");
  });
  return blocks.map((block) => `${block}\n`).join("\n");
}
