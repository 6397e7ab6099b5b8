// What is used of Arrow, in a bundle. It is imported at once by functions that make a table at once, otherwise on demand.

import * as library from "apache-arrow";

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

export const ARROW_PARTS: ArrowParts = {
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
