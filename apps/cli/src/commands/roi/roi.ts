// `kym roi`: the group of the commands about ROIs.

import type { CommandGroup } from "../../arguments/command.ts";
import { addRoiCommand } from "./add-roi.ts";
import { deleteRoiCommand } from "./delete-roi.ts";
import { editRoiCommand } from "./edit-roi.ts";
import { exportRoisCommand } from "./export-rois.ts";
import { importRoisCommand } from "./import-rois.ts";
import { listRoisCommand } from "./list-rois.ts";

export const roiCommand: CommandGroup = {
  usage: "roi ACTION DATASET IMAGE [ROI|FILE]",
  description: `Lists, adds, edits or deletes the ROIs of one image, and exchanges them with ImageJ, QuPath and
napari. kym roi ACTION --help shows the options of an action.`,
  examples: [
    "kym roi list study.zarr 20250722_A89_0002",
    "kym roi add study.zarr 1f0c2d7e --lines 0:30000 --px 4:20 --name vessel",
    'kym roi add study.zarr 1f0c2d7e --type polygon --points "0,4 1200,9 300,15"',
    "kym roi edit study.zarr 20250722_A89_0002 1 --px 5:21",
    "kym roi delete study.zarr 20250722_A89_0002 1",
    "kym roi import study.zarr 20250722_A89_0002 RoiSet.zip",
    "kym roi export study.zarr 20250722_A89_0002 rois.geojson",
  ],
  commands: [
    listRoisCommand,
    addRoiCommand,
    editRoiCommand,
    deleteRoiCommand,
    importRoisCommand,
    exportRoisCommand,
  ],
};
