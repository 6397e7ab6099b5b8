// A program of an older build: opens a dataset, waits for a line, then saves. `older-build.ts` starts it.
import process from "node:process";
import { createInterface } from "node:readline";
import { loadBuild } from "../../bench/against/load-build.ts";

const { root, folder }: { readonly root: string; readonly folder: string } = JSON.parse(
  process.argv[2] ?? "",
);
const { openLocalDataset, createNdArray } = await loadBuild(root, ["openLocalDataset", "createNdArray"]);
const dataset = await openLocalDataset(folder);
console.log("opened");
for await (const _ of createInterface({ input: process.stdin })) {
  const save = dataset.addImage(createNdArray("uint8", [1, 2], Uint8Array.of(1, 2)), { id: "older" });
  const message = await save.then(
    () => "saved",
    (error: unknown) => String(error),
  );
  await dataset.close();
  console.log(JSON.stringify({ saved: message === "saved", message }));
}
