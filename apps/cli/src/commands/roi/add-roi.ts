// `kym roi add`: adds a ROI to an image.

import type { ImageExtent, NewRoi } from "@kym/roi";
import { type Command, type CommandContext, defineCommand } from "../../arguments/command.ts";
import { BLIND_OPTION } from "../../study/blind.ts";
import type { ImageOverview } from "../../study/image-overview.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { DRAWN_TYPES, drawnShape } from "./place/drawn-shape.ts";
import { ROI_FIELD_OPTIONS, roiFields } from "./place/roi-fields.ts";
import { changedRoi } from "./roi-line.ts";
import { withImage } from "./with-image.ts";

export const addRoiCommand: Command = defineCommand({
  usage: "roi add DATASET IMAGE",
  description: `Adds a ROI. Without a place, it covers the whole image. --seconds and --um say it in the units
of an image whose scale is known, and are rounded to whole lines and pixels. Corners outside the
image are moved to its edge. Pixel 3 extends from 3.0 to 4.0; its centre is at 3.5. An id is
never used twice.`,
  examples: [
    "kym roi add study.zarr 1f0c2d7e --lines 0:30000 --px 4:20 --name vessel",
    "kym roi add study.zarr 20250722_A89_0002 --seconds 0:12.5 --um 1.8:9",
    'kym roi add study.zarr 1f0c2d7e --type polygon --points "0,4 1200,9 300,15"',
  ],
  options: {
    type: { value: "X", choices: DRAWN_TYPES, help: "rect (the default), line, polyline, polygon or point" },
    ...ROI_FIELD_OPTIONS,
    ...BLIND_OPTION,
    "dry-run": { short: "n", help: "say what would be added; write nothing" },
  },
  run: (context) => {
    const { signal } = context;
    const isDry = context.options["dry-run"] === true;
    return withImage(context, isDry ? "read" : "edit", async (image, overview) => {
      const rois = await image.rois({ signal });
      const draft = draftOf(context, rois.extent, overview);
      const next = rois.create(draft);
      const roi = isDry ? next.require(next.highWaterMark) : await image.addRoi(draft, { signal });
      return changedRoi("add", roi, context);
    });
  },
});

/** The new ROI that the options describe. */
function draftOf(
  context: Pick<CommandContext, "options">,
  extent: ImageExtent | undefined,
  scale: ImageOverview,
): NewRoi {
  const { bounds, points: _, maskRef: __, ...fields } = roiFields(context, extent, scale);
  const shape = drawnShape(context.options["type"], context.options["points"]);
  if (shape !== undefined && bounds !== undefined) {
    throw usageError(`a ${shape.type} takes --points, not the sides of a rect`);
  }
  return { ...fields, ...(shape ?? (bounds && { bounds })) };
}
