// `kym plot`: draws an image with its ROIs, velocities and events, as a figure for a paper.

import { type Command, defineCommand } from "../../arguments/command.ts";
import { writeNewFile } from "../../arguments/write-new-file.ts";
import { drawFigure } from "../../figure/draw-figure.ts";
import { renderPng } from "../../figure/render-png.ts";
import { BLIND_OPTION, namingOf } from "../../study/blind.ts";
import { findImage } from "../../study/find-image.ts";
import { imageNames } from "../../study/image-names.ts";
import { locationOf, openStudy } from "../../study/open-study.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";
import { type LoadedFigure, loadFigure } from "./load-figure.ts";
import { figureFormat, PLOT_OPTIONS, wholeNumber } from "./plot-options.ts";

export const plotCommand: Command = defineCommand({
  usage: "plot DATASET IMAGE",
  description: `Draws one image as a figure: the scan with its ROIs, scale bars and axes with units, the
velocities that the pooled tables count, with gaps where nothing was measured, their events, and
the measured slope of each window over the streaks.

Without --at, the whole scan is shown, and below it 600 lines at full resolution. Of more than
1200 lines, 1200 are shown, evenly spaced. Without a line period, axes are in lines.`,
  examples: [
    "kym plot study.zarr 20250722_A89_0002 -o scan.svg",
    "kym plot study.zarr 20250722_A89_0002 -o scan.png --at 3.2s --for 700ms",
    "kym plot study.zarr 20250722_A89_0002 -o scan.png --roi 1 --palette viridis",
  ],
  options: { ...PLOT_OPTIONS, ...BLIND_OPTION },
  run: async (context) => {
    const [path = "", wanted = ""] = context.args;
    const { options, signal } = context;
    const { file, format } = figureFormat(options.output);
    const scale = wholeNumber("--scale", options.scale ?? "3", { min: 1, max: 8 });
    const naming = namingOf(context);
    await using dataset = await openStudy(context, path, "r");
    const { image_id: imageId, rel_path: filePath } = await findImage(dataset, wanted, path, naming);
    const names = naming.blind ? await imageNames(dataset, naming) : undefined;
    const relPath = names === undefined ? filePath : null;
    const shownId = names?.of(imageId) ?? imageId;
    const title = relPath?.slice(relPath.lastIndexOf("/") + 1) ?? shownId;
    const { at, for: length, roi, channel, palette = "gray" } = options;
    const figure = await loadFigure(
      dataset,
      { imageId, title, at, for: length, roi, channel, palette, blind: naming.blind },
      { signal },
    );
    const svg = drawFigure(figure.facts);
    const content = format === "svg" ? svg : await renderPng(svg, scale);
    await writeNewFile(context.resolvePath(file), content, options.force === true, locationOf(context, path));
    return {
      exitCode: EXIT.ok,
      data: { file, format, image_id: shownId, rel_path: relPath, ...dataOf(figure) },
      text: `wrote ${printable(file)}\n${figure.facts.notes.map((note) => `  ${printable(note)}\n`).join("")}`,
    };
  },
});

function dataOf({ facts, channel }: LoadedFigure): Readonly<Record<string, unknown>> {
  const { main, detail, contrast, rois, traces, events, palette, notes } = facts;
  return {
    channel,
    palette,
    contrast: [contrast.low, contrast.high],
    lines: [main.stretch.start, main.stretch.stop],
    lines_per_bin: main.linesPerBin ?? null,
    detail_lines: detail === undefined ? null : [detail.stretch.start, detail.stretch.stop],
    rois: rois.map(({ id }) => id),
    traces: traces.map(({ roiId, software, algorithm, state, windowLines, centreLine }) => ({
      roi_id: roiId,
      ...{
        software,
        algorithm,
        analysis_state: state,
        window_lines: windowLines,
        windows: centreLine.length,
      },
    })),
    n_events: events.length,
    notes,
  };
}
