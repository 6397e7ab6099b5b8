// `kym roi delete`: deletes a ROI of an image.

import { isConfirmed, YES_OPTION } from "../../arguments/ask-yes-no.ts";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { BLIND_OPTION } from "../../study/blind.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { roiIdOf } from "./place/roi-fields.ts";
import { changedRoi, roiLine, shownRoi } from "./roi-line.ts";
import { withImage } from "./with-image.ts";

export const deleteRoiCommand: Command = defineCommand({
  usage: "roi delete DATASET IMAGE ROI",
  description: `Deletes a ROI. Its id is never used again. It asks first, and where nobody can be asked it ends
with 5 unless --yes is given.`,
  examples: ["kym roi delete study.zarr 20250722_A89_0002 1"],
  options: {
    ...BLIND_OPTION,
    ...YES_OPTION,
    "dry-run": { short: "n", help: "say what would be deleted; write nothing" },
  },
  run: async (context) => {
    const { signal } = context;
    const isDry = context.options["dry-run"] === true;
    const id = roiIdOf(context);
    let question = "";
    const found = await withImage(context, "read", async (image) => {
      const roi = (await image.rois({ signal })).require(id);
      question = `Delete ROI ${roiLine(shownRoi(roi, context))}?`;
      return changedRoi("delete", roi, context);
    });
    if (isDry) {
      return found;
    }
    const command = `kym roi delete ${context.args.map(shellWord).join(" ")} --yes`;
    if (!(await isConfirmed(context, question, command))) {
      const data = { action: "delete", dryRun: false, roi: null };
      return { exitCode: EXIT.ok, data, text: "nothing was deleted\n" };
    }
    return withImage(context, "edit", async (image) => {
      const roi = (await image.rois({ signal })).require(id);
      await image.deleteRoi(roi.id, { signal });
      return changedRoi("delete", roi, context);
    });
  },
});
