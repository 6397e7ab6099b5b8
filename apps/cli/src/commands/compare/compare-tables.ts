// The results of `kym compare`: a row for each ROI, or for each window.

import type { ComparedImage, ComparedWindow, ComparedWith } from "@kym/kym-dataset";
import { medianOfValues } from "@kym/kym-dataset/statistics";
import { COLUMNS, UNITS } from "@kym/kym-schema";
import type { CellValue } from "@kym/zarr-store";
import type { CommandContext } from "../../arguments/command.ts";
import type { OutputColumn, OutputTable } from "../../output/output-table.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { printable, textTable } from "../../terminal/text-table.ts";

/** How the windows of one ROI and channel agree. */
export interface RoiAgreement {
  readonly imageId: string;
  readonly roiId: number;
  readonly channel: number;
  readonly counts: AgreementCounts;
}

interface AgreementCounts {
  readonly windows: number;
  readonly equal: number;
  readonly differing: number;
  /** A velocity in one trace and none in the other, at the same time. */
  readonly blank_in_one: number;
  readonly blank_in_both: number;
  /** Windows of one trace at whose time the other has none. */
  readonly unpaired: number;
  /** mm/s, of windows with two velocities; null without one. */
  readonly median_difference: number | null;
  /** mm/s; null if no two velocities differ. */
  readonly largest_difference: number | null;
}

/** The agreement of each ROI that has both traces. */
export function comparedRois(images: readonly ComparedImage[]): readonly RoiAgreement[] {
  return images.flatMap((image) =>
    "rois" in image
      ? image.rois.map(({ roiId, channel, windows }) => ({
          ...{ imageId: image.imageId, roiId, channel },
          counts: countsOf(windows),
        }))
      : [],
  );
}

function countsOf(windows: readonly ComparedWindow[]): AgreementCounts {
  const count = (...wanted: readonly ComparedWindow["agreement"][]): number =>
    windows.filter(({ agreement }) => wanted.includes(agreement)).length;
  const distances = windows.flatMap((window) => {
    const difference = differenceOf(window);
    return difference === null ? [] : [Math.abs(difference)];
  });
  const differences = windows.flatMap((window) =>
    window.agreement === "differing" ? [Math.abs(differenceOf(window) ?? 0)] : [],
  );
  return {
    windows: windows.length,
    equal: count("equal"),
    differing: count("differing"),
    blank_in_one: count("blank_in_other", "blank_in_ours"),
    blank_in_both: count("blank_in_both"),
    unpaired: count("only_in_other", "only_in_ours"),
    median_difference: medianOfValues(distances),
    largest_difference: differences.reduce<number | null>(
      (most, difference) => Math.max(most ?? 0, difference),
      null,
    ),
  };
}

function differenceOf({ otherMmPerS, oursMmPerS }: ComparedWindow): number | null {
  return otherMmPerS === null || oursMmPerS === null ? null : oursMmPerS - otherMmPerS;
}

/** The table for people. */
export function comparedRoisText(
  rois: readonly RoiAgreement[],
  names: ImageNames,
  { terminal, other }: Pick<CommandContext, "terminal"> & { readonly other: ComparedWith },
): string {
  if (rois.length === 0) {
    return `no ROI has both ${TRACE_WORDS[other]} and one of kym analyze${other === "lab" ? "" : " --radon"}\n`;
  }
  const right = (title: string, drops?: number): Parameters<typeof textTable>[0][number] => ({
    title,
    align: "right",
    ...(drops !== undefined && { drops }),
  });
  const wordOf = (mmPerS: number | null): string =>
    mmPerS === null ? "—" : mmPerS === 0 ? "0" : mmPerS.toPrecision(SHOWN_DIGITS);
  return textTable(
    [
      { title: "image", shrinks: "path" },
      right("ROI"),
      right("channel", 3),
      right("windows", 1),
      right("equal"),
      right("differing"),
      right("blank in one"),
      right("in both", 2),
      right("unpaired", 4),
      right("median mm/s", other === "lab" ? 6 : undefined),
      right("largest mm/s", 5),
    ],
    rois.map(({ imageId, roiId, channel, counts }) => [
      printable(names.of(imageId)),
      String(roiId),
      String(channel),
      String(counts.windows),
      String(counts.equal),
      String(counts.differing),
      String(counts.blank_in_one),
      String(counts.blank_in_both),
      String(counts.unpaired),
      wordOf(counts.median_difference),
      wordOf(counts.largest_difference),
    ]),
    { maxWidth: terminal.outIsTty ? terminal.width : undefined, color: terminal.color },
  );
}

/** One row for each ROI and channel. */
export function roisTable(rois: readonly RoiAgreement[], names: ImageNames): OutputTable {
  const whole = (name: string, numberOf: (roi: RoiAgreement) => number): OutputColumn =>
    column(name, "int64", rois.map(numberOf).map(BigInt));
  return {
    rowCount: rois.length,
    columns: [
      column(
        COLUMNS.imageId,
        "utf8",
        rois.map(({ imageId }) => names.idOf(imageId)),
      ),
      column(
        "image",
        "utf8",
        rois.map(({ imageId }) => names.of(imageId)),
      ),
      whole(COLUMNS.roiId, ({ roiId }) => roiId),
      whole(COLUMNS.channel, ({ channel }) => channel),
      whole("windows", ({ counts }) => counts.windows),
      whole("equal", ({ counts }) => counts.equal),
      whole("differing", ({ counts }) => counts.differing),
      whole("blank_in_one", ({ counts }) => counts.blank_in_one),
      whole("blank_in_both", ({ counts }) => counts.blank_in_both),
      whole("unpaired", ({ counts }) => counts.unpaired),
      column(
        "median_difference",
        "float64",
        rois.map(({ counts }) => counts.median_difference),
        UNITS.velocity,
      ),
      column(
        "largest_difference",
        "float64",
        rois.map(({ counts }) => counts.largest_difference),
        UNITS.velocity,
      ),
    ],
  };
}

/** One row for each window. */
export function windowsTable(
  images: readonly ComparedImage[],
  names: ImageNames,
  other: ComparedWith,
): OutputTable {
  const rows = images.flatMap((image) =>
    "rois" in image
      ? image.rois.flatMap(({ roiId, channel, windows }) =>
          windows.map((window) => ({ imageId: image.imageId, roiId, channel, window })),
        )
      : [],
  );
  const of = (
    name: string,
    type: OutputColumn["type"],
    numberOf: (row: (typeof rows)[number]) => CellValue,
    unit?: string,
  ): OutputColumn => column(name, type, rows.map(numberOf), unit);
  return {
    rowCount: rows.length,
    columns: [
      of(COLUMNS.imageId, "utf8", ({ imageId }) => names.idOf(imageId)),
      of("image", "utf8", ({ imageId }) => names.of(imageId)),
      of(COLUMNS.roiId, "int64", ({ roiId }) => BigInt(roiId)),
      of(COLUMNS.channel, "int64", ({ channel }) => BigInt(channel)),
      of(COLUMNS.time, "float64", ({ window }) => window.timeS, UNITS.second),
      of(`${other}_velocity_mm_s`, "float64", ({ window }) => window.otherMmPerS, UNITS.velocity),
      of("our_velocity_mm_s", "float64", ({ window }) => window.oursMmPerS, UNITS.velocity),
      of("difference_mm_s", "float64", ({ window }) => differenceOf(window), UNITS.velocity),
      of(COLUMNS.margin, "float64", ({ window }) => window.margin),
      of("agreement", "utf8", ({ window }) => window.agreement.replace("other", other)),
    ],
  };
}

/** Images that lack a trace, a line for each reason. */
export function leftOutLines(
  images: readonly ComparedImage[],
  names: ImageNames,
  other: ComparedWith,
): string {
  const line = (missing: string, why: string): string => {
    const list = images.flatMap((image) =>
      "missing" in image && image.missing === missing ? [printable(names.of(image.imageId))] : [],
    );
    return list.length === 0 ? "" : `${why}: ${list.slice(0, MOST_NAMED).join(", ")}${moreOf(list)}\n`;
  };
  return [
    line("ours", `not analysed by kym analyze${other === "lab" ? "" : " --radon"}`),
    line("other", `without ${TRACE_WORDS[other]}`),
    line("both", "without any trace"),
  ].join("");
}

/** One note for each image that cannot be read. */
export function comparisonFailures(images: readonly ComparedImage[], names: ImageNames): readonly string[] {
  return images.flatMap((image) =>
    "message" in image ? [`${printable(names.of(image.imageId))}: ${printable(image.message)}`] : [],
  );
}

const TRACE_WORDS = { lab: "a trace of the lab", lspiv: "a trace of kym analyze --lspiv" } as const;
const SHOWN_DIGITS = 3;
const MOST_NAMED = 5;

function moreOf(list: readonly string[]): string {
  return list.length > MOST_NAMED ? ` and ${list.length - MOST_NAMED} more` : "";
}

function column(
  name: string,
  type: OutputColumn["type"],
  values: readonly CellValue[],
  unit?: string | undefined,
): OutputColumn {
  return { name, type, values, ...(unit !== undefined && { unit }) };
}
