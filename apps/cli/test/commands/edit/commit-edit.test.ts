import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray, memoryStore, openDataset } from "@kym/zarr-store";
import { expect, it } from "vitest";
import { commitEdits } from "../../../src/commands/edit/commit-edit.ts";

it("an image that ceases to match by what lies elsewhere than its metadata, just before the commit, is left out", async () => {
  const store = memoryStore();
  const options = { summarize: summarizeMetadata, lock: { disabled: true } } as const;
  const [dataset, other] = [await openDataset(store, options), await openDataset(store, options)];
  for (const id of ["a", "b"]) {
    await dataset.addImage(createNdArray("uint8", [1, 2], new Uint8Array(2)), { id });
    await dataset.record(id).saveJson("qc", { passed: true });
  }
  const { version } = dataset;
  await other.record("a").saveJson("elsewhere", {});
  let questions = 0;
  // The images that passed; the answer is old as soon as it is there.
  const again = async (): Promise<ReadonlySet<string>> => {
    const passed: string[] = [];
    for (const id of ["a", "b"]) {
      const qc = await dataset.record(id).loadJson("qc");
      passed.push(...(Object(qc).passed === true ? [id] : []));
    }
    questions += 1;
    if (questions === 1) {
      await other.record("b").saveJson("qc", { passed: false });
    }
    return new Set(passed);
  };
  const wanted = new Map([["condition", { value: "salt" }]]);
  const outcomes = await commitEdits(
    dataset,
    {
      chosen: { imageIds: ["a", "b"], leftOutForNull: 0, version, again },
      wantedOf: () => wanted,
      nameOf: (id) => id,
    },
    { message: "set condition", details: {} },
  );
  expect(questions).toBe(2);
  expect(outcomes).toMatchObject([
    { imageId: "a", outcome: "edited" },
    { imageId: "b", outcome: "left out", reason: "it no longer matches" },
  ]);
  expect(await dataset.record("b").json.list()).toEqual(["qc"]);
});
