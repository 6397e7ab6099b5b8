// `kym roi delete`: deletes a ROI of an image.

import { type Command, defineCommand } from "../../arguments/command.ts";
import { roiIdOf } from "./place/roi-fields.ts";
import { changedRoi } from "./roi-line.ts";
import { withImage } from "./with-image.ts";

export const deleteRoiCommand: Command = defineCommand({
  usage: "roi delete DATASET IMAGE ROI",
  description: "Deletes a ROI. Its id is never used again.",
  examples: ["kym roi delete study.zarr 20250722_A89_0002 1"],
  options: { "dry-run": { short: "n", help: "say what would be deleted; write nothing" } },
  run: (context) => {
    const { signal } = context;
    const isDry = context.options["dry-run"] === true;
    const id = roiIdOf(context);
    return withImage(context, isDry ? "read" : "edit", async (image) => {
      const roi = (await image.rois({ signal })).require(id);
      if (!isDry) {
        await image.deleteRoi(roi.id, { signal });
      }
      return changedRoi("delete", roi, context);
    });
  },
});
