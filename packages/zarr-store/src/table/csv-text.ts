import { ZarrStoreError } from "../errors.ts";

/** A column of CSV text. A field without characters and quotes is null; `""` is an empty string. */
export interface CsvColumn {
  readonly name: string;
  readonly cells: readonly (string | null)[];
  /** True if a field that is not empty stands in quotes, which marks text. */
  readonly quoted: boolean;
}

interface MutableColumn {
  readonly name: string;
  readonly cells: (string | null)[];
  quoted: boolean;
}

/**
 * Reads CSV by RFC 4180: a header, commas, double quotes, lines that end in LF or CRLF, a BOM dropped. Each
 * record has as many fields as the header; a column without a name is called `Unnamed: 0`, as pandas does.
 * @throws {ZarrStoreError} `invalid_file`, with the line, for anything else. `where` names the file in messages.
 */
export function parseCsv(text: string, where: string): readonly CsvColumn[] {
  const reader = new CsvReader(text, where);
  const header = reader.record();
  if (header === undefined) {
    throw reader.error("a header", "an empty file");
  }
  const columns = header.map(
    ({ value }, index): MutableColumn => ({ name: value || `Unnamed: ${index}`, cells: [], quoted: false }),
  );
  for (let record = reader.record(); record !== undefined; record = reader.record()) {
    if (record.length !== columns.length) {
      throw reader.error(`${columns.length} fields`, `${record.length}`);
    }
    for (const [index, { value, quoted }] of record.entries()) {
      const column = columns[index];
      if (column !== undefined) {
        column.cells.push(value === "" && !quoted ? null : value);
        column.quoted ||= quoted && value !== "";
      }
    }
  }
  return columns;
}

interface Field {
  readonly value: string;
  readonly quoted: boolean;
}

const plainField = /[^",\r\n]*/y;

/** Goes through the text record by record; holds the position. */
class CsvReader {
  readonly #text: string;
  readonly #where: string;
  #at: number;
  #recordStart = 0;

  constructor(text: string, where: string) {
    this.#text = text;
    this.#where = where;
    this.#at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** The fields of the next record, undefined after the last. */
  record(): readonly Field[] | undefined {
    if (this.#at >= this.#text.length) {
      return undefined;
    }
    this.#recordStart = this.#at;
    const fields: Field[] = [];
    for (;;) {
      fields.push(this.#text.charAt(this.#at) === '"' ? this.#quotedField() : this.#plainField());
      const next = this.#text.charAt(this.#at);
      this.#at += 1;
      if (next === ",") {
        continue;
      }
      if (next === "\r" && this.#text.charAt(this.#at) === "\n") {
        this.#at += 1;
      } else if (next !== "\n" && next !== "") {
        throw this.error("a comma or the end of the line", JSON.stringify(next));
      }
      return fields;
    }
  }

  #plainField(): Field {
    plainField.lastIndex = this.#at;
    const value = plainField.exec(this.#text)?.[0] ?? "";
    this.#at += value.length;
    return { value, quoted: false };
  }

  #quotedField(): Field {
    const parts: string[] = [];
    do {
      const end = this.#text.indexOf('"', this.#at + 1);
      if (end < 0) {
        throw this.error("a quote that ends the field", "the end of the file");
      }
      parts.push(this.#text.slice(this.#at + 1, end));
      this.#at = end + 1;
    } while (this.#text.charAt(this.#at) === '"');
    // Each part but the first began at the second of two quotes, which stand for one.
    return { value: parts.join('"'), quoted: true };
  }

  /** An error in the record that was read last. */
  error(expected: string, found: string): ZarrStoreError {
    const line = this.#text.slice(0, this.#recordStart).split("\n").length;
    return new ZarrStoreError(
      "invalid_file",
      `${this.#where}, record of line ${line}: expected ${expected}, found ${found}`,
      { path: this.#where, expected, found },
    );
  }
}

/** Writes a field in quotes, so that no reader who heeds them takes `007` for a number. */
export function quoteCsvField(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}
