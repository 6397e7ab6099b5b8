// `kym roi edit`: moves or renames a ROI of an image.

import { type Command, defineCommand } from "../../arguments/command.ts";
import { BLIND_OPTION } from "../../study/blind.ts";
import { parsePoints } from "./place/drawn-shape.ts";
import { cornersOf, ROI_FIELD_OPTIONS, roiFields, roiIdOf } from "./place/roi-fields.ts";
import { changedRoi } from "./roi-line.ts";
import { withImage } from "./with-image.ts";

export const editRoiCommand: Command = defineCommand({
  usage: "roi edit DATASET IMAGE ROI",
  description: `Moves or renames a ROI; its type stays. A move raises the revision of the ROI, so that the
tables show that its analysis belongs to another place. A new name or note changes nothing
else.`,
  examples: ["kym roi edit study.zarr 20250722_A89_0002 1 --px 5:21"],
  options: {
    ...ROI_FIELD_OPTIONS,
    ...BLIND_OPTION,
    "dry-run": { short: "n", help: "say what would change; write nothing" },
  },
  run: (context) => {
    const { signal, options } = context;
    const isDry = options["dry-run"] === true;
    const id = roiIdOf(context);
    return withImage(context, isDry ? "read" : "edit", async (image, overview) => {
      const rois = await image.rois({ signal });
      const old = rois.require(id);
      const points = parsePoints(options.points);
      const fields = roiFields(context, old.type === "rect" ? cornersOf(old.bounds) : rois.extent, overview);
      const edit = { ...fields, ...(points && { points }) };
      const roi = isDry ? rois.edit(id, edit).require(id) : await image.editRoi(id, edit, { signal });
      return changedRoi("edit", roi, context);
    });
  },
});
