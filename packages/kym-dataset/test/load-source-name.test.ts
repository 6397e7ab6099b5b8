import { ZarrStoreError } from "@kym/zarr-store";
import { describe, expect, it } from "vitest";
import { loadSourceName } from "../src/load-source-name.ts";

const storeOf = (provenance: unknown) => ({ loadJson: async () => provenance });

describe("the name of the file that an image came from", () => {
  it.each<readonly [string, unknown, string | undefined]>([
    ["a name", { source_name: "a.tif", source_primary_path: "/lab/b.tif" }, "a.tif"],
    ["a path", { source_primary_path: "/lab/day 1/b.tif" }, "b.tif"],
    ["the path of the Python system", { original_path: "/lab/c.tif" }, "c.tif"],
    ["a path of Windows", { original_path: "D:\\lab\\c.tif" }, "c.tif"],
    ["an empty name", { source_name: "" }, undefined],
    ["a path that ends in a folder", { source_primary_path: "/lab/" }, undefined],
    ["a number for a name", { source_name: 7 }, undefined],
    ["nothing about it", {}, undefined],
    ["no object", "a.tif", undefined],
    ["null", null, undefined],
  ])("is found in a provenance with %s", async (_with, provenance, name) => {
    expect(await loadSourceName(storeOf(provenance))).toBe(name);
  });

  it.each(["not_found", "invalid_file"] as const)("is unknown where the provenance is %s", async (code) => {
    const loadJson = async (): Promise<never> => {
      throw new ZarrStoreError(code, "of a test");
    };
    expect(await loadSourceName({ loadJson })).toBeUndefined();
  });

  it("is not looked for any further where the medium fails", async () => {
    const loadJson = async (): Promise<never> => {
      throw new ZarrStoreError("io", "of a test");
    };
    await expect(loadSourceName({ loadJson })).rejects.toMatchObject({ code: "io" });
  });
});
