import stringWidth from "fast-string-width";
import type { TextColumn } from "./text-table.ts";

/**
 * Rows one below the other, a line a column: for a table that is too wide for the terminal however its columns shrink.
 * Nothing is cut; ends with a newline.
 */
export function recordList(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
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
