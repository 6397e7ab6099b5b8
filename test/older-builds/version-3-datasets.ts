// Datasets of version 3 in each form that they can have, made by this tree, for older builds to refuse.

// Datasets of version 3 in each form that they can have, made by this tree, for older builds to refuse.
import fsPromises, { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { localStore, openLocalDataset } from "@kym/zarr-store/node";
import { goldenFolder } from "../support/golden-dataset.ts";

export interface Version3Dataset {
  readonly name: string;
  /** What a session finds that opens the folder before {@link make}. */
  readonly before: "nothing" | "version 2";
  /** Makes it; or returns why this tree cannot. */
  readonly make: (folder: string) => Promise<string | undefined>;
}

/** Records are packed in blocks of 1000, once 1000 later ones are there. */
const PACKED_COMMITS = 2_050;

/** Every form. A new one gets a line here. */
export const VERSION_3_DATASETS: readonly Version3Dataset[] = (["nothing", "version 2"] as const).flatMap(
  (before) => [
    { name: before === "nothing" ? "new" : "upgraded", before, make: (folder) => commit(folder, {}) },
    {
      name: `${before === "nothing" ? "new" : "upgraded"}, claimed by folders`,
      before,
      make: async (folder) => {
        await commit(folder, { hasNoLinks: true });
        const entries = await readdir(join(folder, "__commits"), { withFileTypes: true });
        return entries.some((entry) => entry.isDirectory())
          ? undefined
          : "no version was claimed by a folder";
      },
    },
    {
      name: `${before === "nothing" ? "new" : "upgraded"}, packed`,
      before,
      make: async (folder) => {
        await commit(folder, { commits: PACKED_COMMITS });
        const names = await readdir(join(folder, "__commits"));
        return names.some((name) => name.startsWith("pack-")) ? undefined : "no records were packed";
      },
    },
    {
      name: `${before === "nothing" ? "new" : "upgraded"}, with a checkpoint`,
      before,
      make: (folder) => commit(folder, { commits: 70 }),
    },
  ],
);

interface CommitOptions {
  readonly commits?: number;
  /** Write as on a file system without hard links. */
  readonly hasNoLinks?: boolean;
}

/** Makes commits in one session, the first of which makes or upgrades the dataset. */
async function commit(
  folder: string,
  { commits = 3, hasNoLinks = false }: CommitOptions,
): Promise<undefined> {
  const link = (): Promise<never> =>
    Promise.reject(
      Object.assign(new Error("EPERM: operation not permitted, link"), { errno: -1, code: "EPERM" }),
    );
  const store = localStore(folder, hasNoLinks ? { fileSystem: { ...fsPromises, link } } : {});
  await using dataset = await openLocalDataset(store, { durability: "none" });
  const record = await addImage(dataset);
  for (let count = 1; count < commits; count++) {
    await record.saveJson("count", { count });
  }
}

function addImage(dataset: ZarrDataset): ReturnType<ZarrDataset["addImage"]> {
  const array = { dtype: "uint16", shape: [2, 3], data: new Uint16Array(6) } as const;
  return dataset.addImage(array, { id: "newer" });
}

/** Makes what is there before: an empty folder, or the golden dataset of version 2. */
export async function prepareFolder(folder: string, { before }: Version3Dataset): Promise<void> {
  if (before === "version 2") {
    await cp(goldenFolder("version-2"), folder, { recursive: true });
  }
}
