import { tableFromArrays, tableToIPC } from "apache-arrow";
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";
import { expect, it } from "vitest";
import { decodeParquet } from "../../src/table/index.ts";

it("a Parquet file that unpacks to more than it may is refused at the default of 2^26 cells, from 200 kB that say 67 million", async () => {
  const long = tableFromArrays({ byte: new Uint8Array((1 << 26) + 1) });
  const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).build();
  const bytes = writeParquet(Table.fromIPCStream(tableToIPC(long, "stream")), properties);
  expect(bytes.length).toBeLessThan(200_000);
  await expect(decodeParquet(bytes)).rejects.toMatchObject({ code: "invalid_file" });
}, 120_000);
