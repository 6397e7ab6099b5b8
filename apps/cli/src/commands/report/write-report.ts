// Writes the report of a dataset: loads its numbers, then each image in turn while the file is written.

import { pageScript } from "@kym/viewer-elements/page-script";
import { reportScriptText } from "#report-script-text";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { writeNewFile } from "../../arguments/write-new-file.ts";
import { loadBlindNames } from "../../blind/blind-names.ts";
import { pagePieces, type ShownImage } from "../../page/write-page.ts";
import { blindDetail, blindReport } from "../../report/blind-report.ts";
import { loadReport } from "../../report/load-report.ts";
import { MEASURES } from "../../report/numbers/measures.ts";
import type { ReportData, ReportImage } from "../../report/report-data.ts";
import { namingOf, seedOf } from "../../study/blind.ts";
import { locationOf, openStudy } from "../../study/open-study.ts";
import { selectImages } from "../../study/select-images.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { loadPicture } from "./load-picture.ts";
import { ingestReportBeside, reportTitle } from "./report-file.ts";

/** Writes the report of a dataset. `kym run --report` does so as well. */
export async function writeReport(
  context: CommandContext,
  path: string,
  file: string,
): Promise<CommandResult> {
  const { options, signal } = context;
  await using dataset = await openStudy(context, path, "r");
  const location = locationOf(context, path);
  const where = typeof options["where"] === "string" ? options["where"] : undefined;
  const naming = namingOf(context);
  const blind = naming.blind ? await loadBlindNames(dataset, seedOf(naming)) : undefined;
  const { data: open, detailOf } = await loadReport(context, dataset, {
    dataset: path,
    title: reportTitle(location),
    where,
    ...(blind !== undefined &&
      where !== undefined && { selected: await selectImages(context, dataset, where) }),
    ingestReport: await ingestReportBeside(location),
  });
  const data = blind === undefined ? open : blindReport(open, blind);
  const progress = startProgress(context.terminal, "reported", context.progress);
  const nameOf = (image: ReportImage): string => image.telling?.name ?? image.imageId;
  const withoutPicture: string[] = [];
  let done = 0;
  const load = async (image: ReportImage): Promise<ShownImage> => {
    const imageId = blind?.idOf(image.imageId) ?? image.imageId;
    const loaded = await detailOf(imageId);
    const detail = blind === undefined ? loaded : blindDetail(loaded, blind);
    const name = nameOf(image);
    const { picture, notes, unread } = await loadPicture(dataset, { ...image, imageId }, detail, { signal });
    if (typeof picture === "string") {
      withoutPicture.push(name);
    }
    progress.update(++done, data.images.length, name);
    if (typeof picture === "string") {
      // Why there is no picture can name a file.
      const isUnsaid = blind !== undefined && unread !== null;
      return { detail, picture: isUnsaid ? "There is no picture." : picture, pictureNotes: notes };
    }
    const why = unread === null || blind !== undefined ? [] : [`What cannot be read: ${unread}.`];
    return { detail, picture, pictureNotes: [...notes, ...why] };
  };
  const scripts = await Promise.all([pageScript(), reportScriptText()]);
  const pieces = pagePieces({ data, measures: MEASURES, nameOf, load, scripts });
  try {
    await writeNewFile(context.resolvePath(file), pieces, options["force"] === true, location);
  } finally {
    progress.end();
  }
  return {
    exitCode: EXIT.ok,
    data: { file, ...dataOf(data), images_without_picture: withoutPicture },
    text: `wrote ${printable(file)}: ${wordsOf(data)}\n`,
  };
}

/** Names as in other commands. */
function dataOf({ summary, groupings, ingest }: ReportData): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(
      Object.entries(summary).map(([name, count]) => [
        name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`),
        count,
      ]),
    ),
    comparisons: groupings.map(({ field, groups, units, measures }) => ({
      field,
      groups,
      units: units.kind,
      measures: measures.map(({ key, unit, groups: ofGroups, test }) => ({
        measure: key,
        unit,
        groups: ofGroups.map(({ name, n, median, mean, sem, nUnits }) => ({
          ...{ name, n, median, mean, sem, n_units: nUnits },
        })),
        test,
      })),
    })),
    ingest_failed: ingest?.failed.length ?? 0,
  };
}

function wordsOf({ summary, groupings, ingest }: ReportData): string {
  const failed = ingest?.failed.length ?? 0;
  return [
    counted(summary.images, "image"),
    `${summary.accepted} accepted`,
    ...groupings.map(({ field, groups }) => `${counted(groups.length, field)}`),
    ...(failed === 0 ? [] : [`${counted(failed, "file")} that could not be read`]),
  ].join(", ");
}
