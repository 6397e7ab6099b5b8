// What `kym index` did about the overviews of images.

import type { OverviewReport } from "@kym/kym-dataset";
import type { ImageNames } from "../../study/image-names.ts";

/** The counts, for `--json`; none if every image had its overview. */
export function overviewCounts(report: OverviewReport | undefined): object {
  const { made = [], failed = [] } = report ?? {};
  return made.length + failed.length === 0 ? {} : { overviews: { made: made.length, failed: failed.length } };
}

/** A line about the overviews that were made; empty if there were none to make. */
export function overviewLine(report: OverviewReport | undefined, dryRun: boolean): string {
  const { made = [] } = report ?? {};
  return made.length === 0 ? "" : `overviews: ${dryRun ? "would make" : "made"} ${made.length}\n`;
}

/** One note per image whose pixels cannot be read. */
export function overviewNotes(report: OverviewReport | undefined, names: ImageNames): readonly string[] {
  return (report?.failed ?? []).map(({ imageId, reason }) => `overview: ${names.of(imageId)}: ${reason}`);
}
