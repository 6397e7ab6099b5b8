// Removes this machine's paths from everything that an export writes (`absolutePaths: false`).

import { gunzipSync, gzipSync } from "node:zlib";
import {
  columnOf,
  decodeParquet,
  encodeParquet,
  schemaOfTable,
  tableFromColumns,
} from "@kym/zarr-store/table";
import type { ExportedFile } from "../../export/export-manifest.ts";
import type { RedactPaths } from "../../export/path-redaction.ts";
import type { ExportSink } from "./staged-folder.ts";

const PIXELS = /\.(tif|tiff|npy)$/i;
/** In `images/<id>/attachments/` or `<stem>.attachments/`. */
const ATTACHMENT = /(^|[/.])attachments\/[^/]*$/;
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A sink that removes paths of this machine from texts before they are written. Texts are JSON, CSV, compressed CSV,
 * the strings of Parquet files, and attachments that are text. Pixels are passed on unchanged.
 */
export class RedactingSink implements ExportSink {
  readonly #sink: ExportSink;
  readonly #redact: RedactPaths;

  constructor(sink: ExportSink, redact: RedactPaths) {
    this.#sink = sink;
    this.#redact = redact;
  }

  async write(path: string, bytes: Uint8Array): Promise<ExportedFile> {
    return this.#sink.write(path, await this.#redacted(path, bytes));
  }

  /**
   * False for an attachment that is not UTF-8 text but contains a path in some encoding. Such bytes cannot be edited
   * safely, so they are left out.
   */
  canWriteAttachment(bytes: Uint8Array): boolean {
    if (textOf(bytes) !== undefined) {
      return true;
    }
    const readings = [
      new TextDecoder("utf-8").decode(bytes),
      new TextDecoder("latin1").decode(bytes),
      new TextDecoder("utf-16le").decode(bytes),
      new TextDecoder("utf-16le").decode(bytes.subarray(1)),
    ];
    return readings.every((text) => this.#redact(text) === text);
  }

  redactText(text: string): string {
    return this.#redact(text);
  }

  async #redacted(path: string, bytes: Uint8Array): Promise<Uint8Array> {
    if (PIXELS.test(path) && !ATTACHMENT.test(path)) {
      return bytes;
    }
    if (path.endsWith(".parquet")) {
      return this.#redactParquet(path, bytes);
    }
    if (path.endsWith(".csv.gz")) {
      const unzipped = gunzipSync(bytes);
      const text = this.#redactBytes(unzipped);
      return text === unzipped ? bytes : gzipSync(text);
    }
    return this.#redactBytes(bytes);
  }

  #redactBytes(bytes: Uint8Array): Uint8Array {
    const text = textOf(bytes);
    const redacted = text === undefined ? undefined : this.#redact(text);
    return redacted === undefined || redacted === text ? bytes : new TextEncoder().encode(redacted);
  }

  async #redactParquet(path: string, bytes: Uint8Array): Promise<Uint8Array> {
    const table = await decodeParquet(new Uint8Array(bytes), { where: path });
    const schema = schemaOfTable(table);
    const columns = schema.columns.map(({ name }) => {
      const cells = columnOf(table, name);
      return [name, cells.map((cell) => (typeof cell === "string" ? this.#redact(cell) : cell))] as const;
    });
    const isSame = columns.every(([name, cells]) =>
      columnOf(table, name).every((cell, row) => Object.is(cell, cells[row])),
    );
    return isSame
      ? bytes
      : encodeParquet(tableFromColumns(schema, Object.fromEntries(columns), table.numRows), { schema });
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
