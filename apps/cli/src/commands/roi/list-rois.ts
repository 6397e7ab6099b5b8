// `kym roi list`: lists the ROIs of an image.

import { type Command, defineCommand } from "../../arguments/command.ts";
import { BLIND_OPTION } from "../../study/blind.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { roiLine, roiRecord, shownRoi } from "./roi-line.ts";
import { withImage } from "./with-image.ts";

export const listRoisCommand: Command = defineCommand({
  usage: "roi list DATASET IMAGE",
  description: "Lists the ROIs of an image.",
  examples: ["kym roi list study.zarr 20250722_A89_0002"],
  options: BLIND_OPTION,
  run: (context) =>
    withImage(context, "read", async (image) => {
      const found = await image.rois({ signal: context.signal });
      const rois = found.rois.map((roi) => shownRoi(roi, context));
      return {
        exitCode: EXIT.ok,
        data: rois.map(roiRecord),
        text: rois.length === 0 ? "no ROIs\n" : rois.map((roi) => `${roiLine(roi)}\n`).join(""),
      };
    }),
});
