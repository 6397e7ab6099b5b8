import { AcqImage } from "@kym/kym-dataset";
import type { ImageExtent, NewRoi, Roi, RoiBounds, RoiEdit } from "@kym/roi";
import type { DatasetContents, ZarrDataset } from "@kym/zarr-store";
import type { Command, CommandContext, CommandResult } from "../../arguments/command.ts";
import { guessOr } from "../../arguments/nearest-word.ts";
import { findImage } from "../../study/find-image.ts";
import { openStudy } from "../../study/open-study.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { drawnShape, parsePoints } from "./drawn-shape.ts";
import { exportRois } from "./export-rois.ts";
import { importRois } from "./import-rois.ts";
import { roiLine, roiRecord } from "./roi-line.ts";

const ACTIONS = ["list", "add", "edit", "delete"] as const;
const EXCHANGES = ["import", "export"] as const;
type Action = (typeof ACTIONS)[number];

/** `kym roi ACTION DATASET IMAGE [ROI|FILE]` */
export const roiCommand: Command = {
  usage: "roi ACTION DATASET IMAGE [ROI|FILE]",
  description: `Lists, adds, edits or deletes the ROIs of one image. Corners are clamped to the image. A
ROI that moved has the next revision, so that the tables say its analysis is of another
place; a new name or note changes nothing else. Ids are never given twice. Pixel 3 is from
3.0 to 4.0, with its centre at 3.5. Without --lines, --px or --points, add takes the whole
image.

With import, the ROIs of a FILE are added; with export, it is written: ImageJ's .roi and
RoiSet.zip, and .geojson for QuPath and napari. What cannot be a ROI, or be in the FILE,
is named and does not stop the rest. The FILE - is stdin, or GeoJSON on stdout.`,
  examples: [
    "kym roi list study.zarr 20250722_A89_0002",
    "kym roi add study.zarr 1f0c2d7e --lines 0:30000 --px 4:20 --name vessel",
    'kym roi add study.zarr 1f0c2d7e --type polygon --points "0,4 1200,9 300,15"',
    "kym roi edit study.zarr 20250722_A89_0002 1 --px 5:21",
    "kym roi delete study.zarr 20250722_A89_0002 1",
    "kym roi import study.zarr 20250722_A89_0002 RoiSet.zip",
    "kym roi export study.zarr 20250722_A89_0002 rois.geojson",
  ],
  options: {
    lines: { type: "string" },
    px: { type: "string" },
    type: { type: "string" },
    points: { type: "string" },
    channel: { type: "string" },
    z: { type: "string" },
    name: { type: "string" },
    note: { type: "string" },
    only: { type: "string" },
    "pixel-center": { type: "string" },
    force: { type: "boolean", short: "f" },
    "dry-run": { type: "boolean", short: "n" },
  },
  optionHelp: {
    lines: "rows, from the first up to but without the last, as in 0:30000",
    px: "columns, as in 4:20",
    type: "rect, line, polyline or polygon; to add",
    points: "LINE,PX pairs of a line, polyline or polygon",
    channel: "from 1",
    z: "the slice, from 0",
    name: "what it is called",
    note: "anything",
    only: "the one ROI to export",
    "pixel-center": "of pixel 0 in a .geojson: 0.5 (QuPath, the default) or 0 (napari)",
    force: "export over a file that is there",
    "dry-run": "say what would change; write nothing",
  },
  run: async (context) => {
    const [word = "", path = "", wanted = "", rest] = context.args;
    const action = [...ACTIONS, ...EXCHANGES].find((known) => known === word);
    if (action === undefined) {
      const actions = [...ACTIONS, ...EXCHANGES];
      const hint = guessOr(word, actions, `one of ${actions.join(", ")}`, (nearest) => `kym roi ${nearest}`);
      throw usageError(`there is no action ${JSON.stringify(word)}`, hint);
    }
    const isDry = context.options["dry-run"] === true;
    const isReading = action === "list" || action === "export" || isDry;
    await using dataset = await openStudy(context, path, isReading ? "r" : "a");
    await dataset.assertExists();
    const { image_id: imageId } = await findImage(dataset, wanted, path);
    if (action === "export") {
      return exportRois(imageOf(dataset, imageId), rest, context);
    }
    const run = async (image: AcqImage): Promise<CommandResult> => {
      if (action !== "import") {
        return resultOf(action, await change(image, action, rest, context), path, isDry);
      }
      const result = await importRois(image, rest, context);
      return isDry ? result : { ...result, next: `kym index ${path}` };
    };
    return isReading ? run(imageOf(dataset, imageId)) : inOneCommit(dataset, imageId, run, context);
  },
};

/** What an edit begins with is what it replaces, whoever else edits the image meanwhile. */
async function inOneCommit(
  dataset: ZarrDataset,
  imageId: string,
  run: (image: AcqImage) => Promise<CommandResult>,
  { signal }: CommandContext,
): Promise<CommandResult> {
  let result: CommandResult | undefined;
  await dataset.transaction(
    async (transaction) => {
      result = await run(imageOf(transaction, imageId));
    },
    { message: `edit ROIs of ${imageId}`, signal },
  );
  return result as CommandResult;
}

function imageOf(contents: DatasetContents, imageId: string): AcqImage {
  const record = contents.record(imageId);
  return AcqImage.from({
    sourceKey: imageId,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
}

/** The ROIs that the action is about: all for `list`, else the one as it is after it, or was before it went. */
async function change(
  image: AcqImage,
  action: Action,
  idText: string | undefined,
  context: CommandContext,
): Promise<readonly Roi[]> {
  const { signal, options } = context;
  const rois = await image.rois({ signal });
  const isDry = options["dry-run"] === true;
  switch (action) {
    case "list":
      return rois.rois;
    case "add": {
      const draft = draftOf(context, rois.extent);
      const next = rois.create(draft);
      return [isDry ? next.require(next.highWaterMark) : await image.addRoi(draft, { signal })];
    }
    case "edit": {
      const id = idOf(idText);
      const old = rois.require(id);
      if (options["type"] !== undefined) {
        throw usageError("a ROI keeps its type", "kym roi add makes one of another");
      }
      const points = parsePoints(options["points"]);
      const corners = editOf(context, old.type === "rect" ? cornersOf(old.bounds) : rois.extent);
      const edit = { ...corners, ...(points && { points }) };
      return [isDry ? rois.edit(id, edit).require(id) : await image.editRoi(id, edit, { signal })];
    }
    case "delete": {
      const roi = rois.require(idOf(idText));
      if (!isDry) {
        await image.deleteRoi(roi.id, { signal });
      }
      return [roi];
    }
    default:
      return action satisfies never;
  }
}

interface Corners {
  readonly lines: readonly [start: number, stop: number];
  readonly px: readonly [start: number, stop: number];
}

function cornersOf(bounds: RoiBounds): Corners {
  return { lines: [bounds.dim0Start, bounds.dim0Stop], px: [bounds.dim1Start, bounds.dim1Stop] };
}

/** The new ROI that the flags say. */
function draftOf(context: CommandContext, extent: ImageExtent | undefined): NewRoi {
  const { bounds, points: _, maskRef: __, ...fields } = editOf(context, extent);
  const shape = drawnShape(context.options["type"], context.options["points"]);
  if (shape !== undefined && bounds !== undefined) {
    throw usageError(`a ${shape.type} has --points, not --lines and --px`);
  }
  return { ...fields, ...(shape ?? (bounds && { bounds })) };
}

/** What the flags say; a side that they do not is the present one, or the whole image. */
function editOf(
  { options }: CommandContext,
  present: Corners | { readonly height: number; readonly width: number } | undefined,
): RoiEdit {
  const [lines, px] = [rangeOf("lines", options["lines"]), rangeOf("px", options["px"])];
  const old: Corners =
    present !== undefined && "lines" in present
      ? present
      : { lines: [0, present?.height ?? 0], px: [0, present?.width ?? 0] };
  const [dim0Start, dim0Stop] = lines ?? old.lines;
  const [dim1Start, dim1Stop] = px ?? old.px;
  const { name, note } = options;
  const [channel, z] = [integerOf("channel", options["channel"]), integerOf("z", options["z"])];
  return {
    ...((lines ?? px) !== undefined && { bounds: { dim0Start, dim0Stop, dim1Start, dim1Stop } }),
    ...(channel !== undefined && { channel }),
    ...(z !== undefined && { z }),
    ...(typeof name === "string" && { name }),
    ...(typeof note === "string" && { note }),
  };
}

function rangeOf(flag: string, value: unknown): readonly [number, number] | undefined {
  if (typeof value !== "string") {
    return undefined;
  }
  const [, start, stop] = /^(-?\d{1,9}):(-?\d{1,9})$/.exec(value) ?? [];
  if (start === undefined || stop === undefined) {
    throw usageError(`--${flag} is START:STOP, not ${JSON.stringify(value)}`, `--${flag} 4:20`);
  }
  return [Number(start), Number(stop)];
}

function integerOf(what: string, value: unknown): number | undefined {
  if (typeof value !== "string") {
    return undefined;
  }
  if (!/^\d{1,9}$/.test(value)) {
    throw usageError(`${what} is a number, not ${JSON.stringify(value)}`);
  }
  return Number(value);
}

function idOf(text: string | undefined): number {
  const id = integerOf("ROI", text);
  if (id === undefined) {
    throw usageError("ROI is missing", "kym roi list shows the numbers");
  }
  return id;
}

const PAST: Readonly<Record<Action, string>> = {
  list: "",
  add: "added ",
  edit: "edited ",
  delete: "deleted ",
};

function resultOf(action: Action, rois: readonly Roi[], path: string, isDry: boolean): CommandResult {
  const lines = rois.map((roi) => `${isDry ? `would have ${PAST[action]}` : PAST[action]}${roiLine(roi)}`);
  const data = rois.map(roiRecord);
  return {
    exitCode: EXIT.ok,
    data: action === "list" ? data : { action, dryRun: isDry, roi: data[0] },
    text: lines.length === 0 ? "no ROIs\n" : `${lines.join("\n")}\n`,
    ...(action !== "list" && !isDry && { next: `kym index ${path}` }),
  };
}
