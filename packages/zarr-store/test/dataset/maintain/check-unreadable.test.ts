import { expect, it } from "vitest";
import { memoryStore, openDataset, parseStoreKey } from "../../../src/index.ts";
import { faultyStore } from "../../../src/testing/index.ts";

const IMAGE = { dtype: "uint8", shape: [2, 3], data: new Uint8Array([1, 2, 3, 4, 5, 6]) } as const;

it.each(["EIO", "EACCES"])(
  "check names every file that %s keeps from it, and looks at all others",
  async (errno) => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    for (const id of ["one", "two", "three"]) {
      await dataset.addImage(IMAGE, { id });
    }
    await store.put(parseStoreKey("images/two/analysis/stranger.json"), new TextEncoder().encode("{}"));
    await store.put(parseStoreKey("images/three/data/c/0/0"), new Uint8Array([1]));
    const unreadable = ["images/one/data/c/0/0", "images/two/analysis/stranger.json"];
    const faulty = faultyStore(store, ({ method, keys }) =>
      method === "get" && keys.some((key) => unreadable.includes(key))
        ? { fault: "fails", errno }
        : undefined,
    );
    const { problems } = await (await openDataset(faulty)).check();
    expect(problems.map(({ kind, path, remedy }) => `${kind} ${path} → ${remedy}`)).toEqual([
      "damaged images/one/data/c/0/0 → restore",
      "damaged images/three/data/c/0/0 → restore",
      "unknown images/two/analysis/stranger.json → move",
    ]);
    expect(problems[0]?.message).toContain(errno);
  },
);

it("check ends where the medium fails as a whole", async () => {
  const store = memoryStore();
  await (await openDataset(store)).addImage(IMAGE, { id: "one" });
  const faulty = faultyStore(store, ({ keys }) =>
    keys.includes("images/one/data/c/0/0") ? { fault: "fails", errno: "ESTALE" } : undefined,
  );
  await expect((await openDataset(faulty)).check()).rejects.toMatchObject({ code: "io" });
});
