// Prints rows one below the other, for a table that is too wide for the terminal.

import stringWidth from "fast-string-width";

/**
 * One block per row, with one line per column. Nothing is cut, and the text ends with a newline.
 */
export function recordList(
  columns: readonly { readonly title: string }[],
  rows: readonly (readonly string[])[],
): string {
  const width = Math.max(0, ...columns.map(({ title }) => stringWidth(title)));
  const blocks = rows.map((row, number) => {
    const lines = columns.map(({ title }, index) => {
      const spaces = " ".repeat(width - stringWidth(title));
      return `  ${title}${spaces}  ${row[index] ?? ""}`.trimEnd();
    });
    return [`row ${number + 1} of ${rows.length}`, ...lines].join("\n");
  });
  return blocks.map((block) => `${block}\n`).join("\n");
}
