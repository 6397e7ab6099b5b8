// Writes tables and numbers of docs/accuracy.md.

export type Row = readonly string[];

export function markdownTable(header: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---:")), ...rows.map(line)].join("\n");
}

export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  const plain = Number(text) === 0 ? text.replace("-", "") : text;
  return Number.isFinite(value) ? plain.replace("-", "−") : "–";
}

export function percent(share: number, digits = 0): string {
  return `${fixed(100 * share, digits)} %`;
}

export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}
