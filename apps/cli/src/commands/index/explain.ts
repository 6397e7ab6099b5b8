// `kym explain`: says why the rows of an image are fresh or stale.

import { KymDataset } from "@kym/kym-dataset";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { findImage } from "../../study/find-image.ts";
import { INDEXER_OPTION, wantedIndexers } from "../../study/indexers.ts";
import { openStudy } from "../../study/open-study.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";

export const explainCommand: Command = defineCommand({
  usage: "explain DATASET ID|STEM",
  description: `Says for each pooled table whether the rows of one image are still what a new run would
give, and why. Nothing is changed.`,
  examples: [
    "kym explain study.zarr 20250722_A89_0002",
    "kym explain study.zarr 1f0c2d7e --indexer radon --json",
  ],
  options: INDEXER_OPTION,
  run: async (context) => {
    const [path = "", wanted = ""] = context.args;
    const indexers = wantedIndexers(context);
    await using dataset = await openStudy(context, path, "r");
    const { image_id: imageId } = await findImage(dataset, wanted, path);
    const kym = new KymDataset(dataset);
    const data: object[] = [];
    const lines: string[] = [];
    for (const indexer of indexers) {
      const { signal } = context;
      const { state, because } = await kym.getStaleness(indexer, imageId, { signal });
      const explanation = await kym.explain(indexer, imageId, { signal });
      data.push({ image_id: imageId, indexer: indexer.name, state, because, explanation });
      lines.push(printable(explanation));
    }
    return { exitCode: EXIT.ok, data, text: `${lines.join("\n")}\n`, next: `kym index ${path}` };
  },
});
