import { expect, it } from "vitest";
import { checkDataset, memoryStore, openDataset, type ReadableStore } from "../../../src/index.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { joinKey } from "../../../src/store/store-key.ts";

// The case dataset-25: hosts that hide names beginning with "_" made a dataset "no dataset".
const IMAGE = { dtype: "uint8", shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) } as const;
const REFUSAL = {
  code: "not_found",
  message: expect.stringMatching(
    /zarr\.json of a dataset, but its log is missing or not served.+\.nojekyll.+rsync --exclude.+403/,
  ),
};

async function storeWithDataset(): Promise<KeyValueStore> {
  const store = memoryStore();
  await using dataset = await openDataset(store);
  await dataset.addImage(IMAGE, { id: "a" });
  return store;
}

/** As a web server that hides names that begin with `_` or a dot. */
function hiding({ location, get, getRange }: KeyValueStore, store: KeyValueStore): ReadableStore {
  const isHidden = (key: string): boolean => key.split("/").some((name) => /^[_.]/.test(name));
  return {
    location,
    get: async (key, options) => (isHidden(key) ? undefined : get.call(store, key, options)),
    getRange: async (key, range, options) =>
      isHidden(key) ? undefined : getRange.call(store, key, range, options),
  };
}

it("a host that hides the log is named as such, for reading and for checking", async () => {
  const store = await storeWithDataset();
  const host = hiding(store, store);
  await expect(openDataset(host, { mode: "r" })).rejects.toMatchObject(REFUSAL);
  await expect(checkDataset(host)).rejects.toMatchObject(REFUSAL);
});

it.each(["r", "a", "w"] as const)(
  "a copy without the log is named as such in mode %s, and nothing is written to it",
  async (mode) => {
    const store = await storeWithDataset();
    const copy = memoryStore();
    for (const key of ["zarr.json", "images/zarr.json", "images/a/zarr.json"]) {
      await copy.put(joinKey(key), (await store.get(joinKey(key))) ?? new Uint8Array());
    }
    await expect(openDataset(copy, { mode, overwrite: mode === "w" })).rejects.toMatchObject(REFUSAL);
    expect((await copy.list("")).map(({ name }) => name)).toEqual(["images", "zarr.json"]);
  },
);

it.each([
  ["another Zarr group", '{"zarr_format": 3, "node_type": "group", "attributes": {}}'],
  ["no JSON", "not JSON"],
])("%s is no dataset at all", async (_what, root) => {
  const store = memoryStore();
  await store.put(joinKey("zarr.json"), new TextEncoder().encode(root));
  const refusal = { code: "not_found", message: expect.stringMatching(/^there is no dataset at/) };
  await expect(openDataset(store, { mode: "r" })).rejects.toMatchObject(refusal);
});
