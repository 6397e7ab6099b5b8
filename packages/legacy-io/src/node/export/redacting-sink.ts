// Removes this machine's paths from everything that an export writes (`absolutePaths: false`).

import { Buffer } from "node:buffer";
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
const JSON_FILE = /\.json$/i;
/** A text of JSON that may be bytes as hexadecimal digits or base64, as ImageJ's selections are kept. */
const ENCODED_BYTES = /"([A-Za-z0-9+/]{8,}={0,2})"/g;
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A sink that removes paths of this machine from texts before they are written. Texts are JSON, CSV, compressed CSV,
 * the strings of Parquet files, and attachments that are text. Bytes that a JSON holds as text, such as ImageJ's selections, are
 * left out if they have such a path. Pixels are passed on unchanged.
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

  async remove(path: string): Promise<void> {
    await this.#sink.remove(path);
  }

  /**
   * False for an attachment that is not UTF-8 text but contains a path in some encoding. Such bytes cannot be edited
   * safely, so they are left out.
   */
  canWriteAttachment(bytes: Uint8Array): boolean {
    return textOf(bytes) !== undefined || this.#isClean(bytes);
  }

  /** True if bytes have no path of this machine, in any encoding of text. */
  #isClean(bytes: Uint8Array): boolean {
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
    return JSON_FILE.test(path) ? this.#redactJson(bytes) : this.#redactBytes(bytes);
  }

  /** Bytes inside a JSON that have a path of this machine cannot be edited, so an empty text takes their place. */
  #redactJson(bytes: Uint8Array): Uint8Array {
    const plain = this.#redactBytes(bytes);
    const text = textOf(plain);
    const redacted = text?.replace(ENCODED_BYTES, (whole, encoded: string) => {
      const readings = [Buffer.from(encoded, "base64"), Buffer.from(encoded, "hex")];
      return readings.every((reading) => this.#isClean(reading)) ? whole : '""';
    });
    return redacted === undefined || redacted === text ? plain : new TextEncoder().encode(redacted);
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
