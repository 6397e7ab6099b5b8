import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { isDType } from "../../src/array/dtype.ts";
import { parseArrayMetadata } from "../../src/array/metadata/array-metadata.ts";
import { readArray } from "../../src/array/zarr-array.ts";
import { parseLossless, plainValue } from "../../src/json/lossless-json.ts";
import { bytesOf } from "./arbitrary-array.ts";
import { readNpy } from "./read-npy.ts";

const data = findSharedData("python_v1") ?? "";
const isHere = data !== "";

/** `<image>.npy` is the image's pixels, `<image>__<name>.npy` an array artifact, `/` of its name as `__`. */
function arrayFolder(npyName: string): string {
  const [id = "", ...name] = npyName.replace(/\.npy$/, "").split("__");
  const path = name.length === 0 ? "data" : join("analysis_arrays", ...name, "data");
  return join(data, "dataset.zarr/images", id, path);
}

describe.runIf(isHere)("python_v1", () => {
  const names = isHere ? readdirSync(join(data, "arrays")) : [];

  it.each(names)("the arrays of a dataset of the Python system are read as they are: %s", async (name) => {
    const folder = arrayFolder(name);
    const text = readFileSync(join(folder, ".zarray"), "utf8");
    const metadata = parseArrayMetadata(plainValue(parseLossless(text)), folder);
    expect(metadata.zarrFormat).toBe(2);
    const array = await readArray(metadata, async (key) => new Uint8Array(readFileSync(join(folder, key))));
    const npy = readNpy(join(data, "arrays", name));
    expect(isDType(npy.dtype)).toBe(true);
    expect({ dtype: array.dtype, shape: array.shape }).toEqual({ dtype: npy.dtype, shape: npy.shape });
    expect(bytesOf(array).equals(npy.littleEndianBytes)).toBe(true);
  });

  it("the arrays of a dataset of the Python system are all eight of them, each one compared", () => {
    const stored = readdirSync(join(data, "dataset.zarr"), { recursive: true, encoding: "utf8" });
    expect(names.map(arrayFolder).sort()).toEqual(
      stored
        .filter((path) => path.endsWith(".zarray"))
        .map((path) => join(data, "dataset.zarr", path, ".."))
        .sort(),
    );
    expect(names).toHaveLength(8);
  });
});
