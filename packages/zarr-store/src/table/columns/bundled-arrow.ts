// Brings Arrow into a bundle: at once for functions that make a table at once, otherwise in a part of its own.

import * as library from "apache-arrow";
import { keepArrow } from "./loaded-arrow.ts";

/** The names that are used of Arrow. They are listed so that a bundle leaves out the rest. */
export type ArrowParts = Pick<
  typeof library,
  | "Bool"
  | "Field"
  | "Float64"
  | "Int32"
  | "Int64"
  | "Int8"
  | "makeData"
  | "RecordBatch"
  | "Schema"
  | "Struct"
  | "Table"
  | "tableFromIPC"
  | "tableToIPC"
  | "Utf8"
>;

const PARTS: ArrowParts = {
  Bool: library.Bool,
  Field: library.Field,
  Float64: library.Float64,
  Int32: library.Int32,
  Int64: library.Int64,
  Int8: library.Int8,
  makeData: library.makeData,
  RecordBatch: library.RecordBatch,
  Schema: library.Schema,
  Struct: library.Struct,
  Table: library.Table,
  tableFromIPC: library.tableFromIPC,
  tableToIPC: library.tableToIPC,
  Utf8: library.Utf8,
};

/** Makes Arrow ready for the functions that make tables. */
export function ensureArrow(): void {
  keepArrow(PARTS);
}
