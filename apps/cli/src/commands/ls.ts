// `kym ls`: lists the images of a dataset.

import { type Command, defineCommand } from "../arguments/command.ts";
import { BLIND_OPTION, blindOverview, isBlind } from "../study/blind.ts";
import { type ImageOverview, imageOverviews } from "../study/image-overview.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { printable, type TextColumn, textTable } from "../terminal/text-table.ts";

const COLUMNS: readonly TextColumn[] = [
  { title: "id" },
  { title: "file", shrinks: true },
  { title: "lines × px", align: "right" },
  { title: "µm/px", align: "right" },
  { title: "ms/line", align: "right" },
  { title: "ROIs", align: "right" },
  { title: "analyses" },
  { title: "accepted" },
];

export const lsCommand: Command = defineCommand({
  usage: "ls DATASET",
  description: "Lists the images. A dash stands for a value that is not known.",
  examples: ["kym ls study.zarr", "kym ls study.zarr --json", "kym ls study.zarr --blind"],
  options: BLIND_OPTION,
  run: async (context) => {
    const [path = ""] = context.args;
    await using dataset = await openStudy(context, path, "r");
    const found = await imageOverviews(dataset);
    const images = (isBlind(context) ? found.map(blindOverview) : [...found]).sort(byFile);
    const { outIsTty, width, color } = context.terminal;
    const rows = images.map((image) => row(image, outIsTty));
    const table = textTable(COLUMNS, rows, { maxWidth: outIsTty ? width : undefined, color });
    return {
      exitCode: EXIT.ok,
      data: images,
      text: images.length === 0 ? "no images yet\n" : table,
      ...(images[0] && { next: `kym show ${path} ${images[0].image_id.slice(0, 8)}` }),
    };
  },
});

function row(image: ImageOverview, isShort: boolean): readonly string[] {
  const {
    image_id: id,
    rel_path: relPath,
    shape,
    um_per_px: um,
    seconds_per_line: seconds,
    accepted,
  } = image;
  return [
    isShort ? id.slice(0, 8) : id,
    printable(relPath ?? "—"),
    shape.join(" × "),
    um === null ? "—" : um.toFixed(3),
    seconds === null ? "—" : (seconds * 1000).toFixed(3),
    String(image.n_rois),
    image.analyses.length === 0 ? "—" : image.analyses.join(", "),
    accepted === null ? "—" : accepted ? "yes" : "no",
  ];
}

function byFile(a: ImageOverview, b: ImageOverview): number {
  const [x, y] = [a.rel_path ?? "", b.rel_path ?? ""];
  return x < y ? -1 : x > y ? 1 : a.image_id < b.image_id ? -1 : 1;
}
