// A dataset of real kymographs, for Python to read.

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { openLocalDataset } from "@kym/zarr-store/node";

/** Makes an indexed dataset of the real kymographs as a user would, with an array artifact of every dtype. */
export async function makeStudy(kymographs: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "kym-interop-")), "study.zarr");
  await using dataset = await openLocalDataset(path, { summarize: summarizeMetadata });
  await ingestLegacyFolder(dataset, kymographs);
  const kym = new KymDataset(dataset);
  await kym.updateIndex(velocityEventIndexer);
  await kym.updateIndex(radonIndexer);
  const [first = ""] = await dataset.listImageIds();
  const record = dataset.record(first);
  const shape = [2, 3];
  await record.saveArrayArtifact("types/bool", {
    dtype: "bool",
    shape,
    data: new Uint8Array([1, 0, 1, 1, 0, 0]),
  });
  await record.saveArrayArtifact("types/int8", {
    dtype: "int8",
    shape,
    data: new Int8Array([-128, -1, 0, 1, 2, 127]),
  });
  await record.saveArrayArtifact("types/int16", {
    dtype: "int16",
    shape,
    data: new Int16Array([-32768, -1, 0, 1, 2, 32767]),
  });
  await record.saveArrayArtifact("types/int32", {
    dtype: "int32",
    shape,
    data: new Int32Array([-(2 ** 31), -1, 0, 1, 2, 2 ** 31 - 1]),
  });
  await record.saveArrayArtifact("types/int64", {
    dtype: "int64",
    shape,
    data: new BigInt64Array([-(2n ** 63n), -1n, 0n, 1n, 2n, 2n ** 63n - 1n]),
  });
  await record.saveArrayArtifact("types/uint32", {
    dtype: "uint32",
    shape,
    data: new Uint32Array([0, 1, 2, 3, 4, 2 ** 32 - 1]),
  });
  await record.saveArrayArtifact("types/uint64", {
    dtype: "uint64",
    shape,
    data: new BigUint64Array([0n, 1n, 2n, 3n, 4n, 2n ** 64n - 1n]),
  });
  await record.saveArrayArtifact("types/float32", {
    dtype: "float32",
    shape,
    data: new Float32Array([0.1, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-40, -1.5]),
  });
  await record.saveArrayArtifact("types/float64", {
    dtype: "float64",
    shape,
    data: new Float64Array([0.1, -0, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324, -1.5]),
  });
  return path;
}
