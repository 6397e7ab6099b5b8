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
for await (const line of createInterface({ input: process.stdin })) {
  const most = Number(line);
  let saved = 0;
  let message = "";
  while (saved < most && message === "") {
    const array = createNdArray("uint8", [1, 2], Uint8Array.of(1, 2));
    await dataset.addImage(array, { id: `older-${saved}` }).then(
      () => {
        saved++;
      },
      (error: unknown) => {
        message = String(error);
      },
    );
  }
  await dataset.close();
  console.log(JSON.stringify({ saved, message }));
}
