/** A process that panics over a damaged Parquet file until parquet-wasm is broken, and prints what was said. */
import { decodeParquet, encodeParquet } from "../../../src/table/parquet/parquet.ts";
import { codeOf, findPanic, soundTable } from "./parquet-panic.ts";

const table = soundTable();
const good = await encodeParquet(table);
const damaged = await findPanic(good);
const codes = new Set<unknown>();
for (let attempt = 0; attempt < 3000 && !codes.has("io"); attempt += 1) {
  codes.add(await codeOf(decodeParquet(damaged)));
}
const reading = await codeOf(decodeParquet(good));
const writing = await codeOf(encodeParquet(table));
console.log(JSON.stringify({ codes: [...codes], reading, writing }));
