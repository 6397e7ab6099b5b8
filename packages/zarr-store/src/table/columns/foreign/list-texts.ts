// Writes the lists of an Arrow column as text: a list of JSON per row.

import type { Data } from "apache-arrow";
import { type ColumnBuffers, lengthOf } from "../column-buffers.ts";

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The elements of each row of a list column: those from `from` up to `to` of its child. */
export interface ListRange {
  readonly from: number;
  readonly to: number;
}

/** Where the elements of a row are. A list of fixed size has no offsets. */
export function listRange(data: Data, row: number): ListRange {
  const offsets: Int32Array | BigInt64Array | undefined = data.valueOffsets;
  if (offsets === undefined || offsets.length === 0) {
    const size: unknown = Reflect.get(data.type, "listSize");
    const count = typeof size === "number" ? size : 0;
    return { from: row * count, to: (row + 1) * count };
  }
  return { from: Number(offsets[row] ?? 0), to: Number(offsets[row + 1] ?? 0) };
}

/**
 * The text of some elements: `[1, 2.5, null]`, `["a", "b"]`. Numbers of 64 bits keep all their digits; an infinity is
 * `Infinity`, as Python writes it in JSON. Lists in a list are given as texts, and are written as lists.
 */
export function listText(elements: ColumnBuffers, { from, to }: ListRange, areLists: boolean): string {
  const parts: string[] = [];
  for (let index = from; index < Math.min(to, lengthOf(elements)); index++) {
    parts.push(elementText(elements, index, areLists));
  }
  return `[${parts.join(", ")}]`;
}

function elementText(elements: ColumnBuffers, index: number, areLists: boolean): string {
  if (elements.valid?.[index] === 0) {
    return "null";
  }
  switch (elements.type) {
    case "bool":
      return elements.values[index] === 1 ? "true" : "false";
    case "utf8": {
      const text = UTF8.decode(elements.bytes.subarray(elements.offsets[index], elements.offsets[index + 1]));
      return areLists ? text : JSON.stringify(text);
    }
    default:
      return String(elements.values[index] ?? null);
  }
}
