// `kym diff`: says what differs between two versions of a dataset.

import type { CommitRecord, ZarrDataset } from "@kym/zarr-store";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { blindChange } from "../../changes/blind-change.ts";
import type { Change } from "../../changes/change.ts";
import { fieldName, valueWords, wordsOfRows } from "../../changes/change-words.ts";
import { loadChanges } from "../../changes/load-changes.ts";
import { joinPathChanges, pathChangesOf, reversed } from "../../changes/path-change.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { BLIND_OPTION, namingOf } from "../../study/blind.ts";
import { everyImageName, type ImageNames } from "../../study/image-names.ts";
import { openStudy } from "../../study/open-study.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { parseVersion } from "./parse-version.ts";

export const diffCommand: Command = defineCommand({
  usage: "diff DATASET A [B]",
  description: `Says what differs between version A and version B, by image: fields of the metadata with both
values, ROIs by their number, tables by the number of their rows and, if the rows have ids,
by these. Without B, it is the newest version. Version 0 is the empty dataset.`,
  examples: ["kym diff study.zarr 12", "kym diff study.zarr 12 15 --json"],
  options: BLIND_OPTION,
  run: async (context) => {
    const [path = "", from, to] = context.args;
    const { signal } = context;
    await using dataset = await openStudy(context, path, "r");
    await dataset.assertExists();
    const newest = dataset.version;
    const [a, b] = [parseVersion(from) ?? 0, parseVersion(to) ?? newest];
    for (const version of [a, b]) {
      if (version > newest) {
        throw new CliError(EXIT.input, "no_such_version", `there is no version ${version}`, {
          hint: `the newest version is ${newest}`,
        });
      }
    }
    const records = await recordsBetween(dataset, Math.min(a, b), Math.max(a, b), signal);
    const joined = joinPathChanges(records.map(pathChangesOf));
    const all = await loadChanges(dataset, a <= b ? joined : reversed(joined), { signal });
    const naming = namingOf(context);
    const { blind } = naming;
    const changes = blind ? all.map(blindChange) : all;
    const names = await everyImageName(dataset, { ...naming, ids: context.verbose });
    const lines = linesOf(changes, names);
    return {
      exitCode: EXIT.ok,
      data: names.inData({ from: a, to: b, changes }),
      text: wrapText(
        lines.length === 0
          ? `version ${a} and version ${b} are the same\n`
          : lines.map((line) => `${printable(line)}\n`).join(""),
        context.terminal,
      ),
    };
  },
});

async function recordsBetween(
  dataset: ZarrDataset,
  after: number,
  last: number,
  signal: AbortSignal,
): Promise<readonly CommitRecord[]> {
  const records: CommitRecord[] = [];
  for await (const record of dataset.log({ after, signal })) {
    if (record.version <= last) {
      records.push(record);
    }
  }
  return records;
}

/** A heading for each image, in the order of their names, then the pooled tables. */
function linesOf(changes: readonly Change[], names: ImageNames): readonly string[] {
  const byImage = Map.groupBy(changes, ({ image_id: id }) => id);
  const ids = [...byImage.keys()].filter((id) => id !== null);
  const images = ids.map((id) => ({ name: names.of(id), own: byImage.get(id) ?? [] }));
  const sorted = images.sort((x, y) => (x.name < y.name ? -1 : Number(x.name > y.name)));
  return [
    ...sorted.flatMap(({ name, own }) =>
      own[0]?.kind === "image"
        ? [`${name}  ${own[0].change}`]
        : [name, ...own.map((change) => `  ${lineOf(change)}`)],
    ),
    ...(byImage.get(null) ?? []).map(lineOf),
  ];
}

function lineOf(change: Change): string {
  const { kind, name, change: what, before, after, rows, images } = change;
  switch (kind) {
    case "field":
      return `${fieldName(name)}  ${
        "before" in change || "after" in change
          ? `${valueWords(change, before)} → ${valueWords(change, after)}`
          : "changed"
      }`;
    case "roi":
      return `ROI ${name}  ${what}`;
    case "table":
      return `${name}  ${what === "changed" ? "" : `${what}, `}${rows === undefined ? "changed" : wordsOfRows(rows)}`;
    case "pooled_table":
      return `table ${name}  ${what}${images === undefined || images === 0 ? "" : ` for ${counted(images, "image")}`}`;
    case "kept_image":
      return `version of the other copy, kept  ${what}`;
    case "json":
    case "array":
    case "attachment":
      return `${kind === "json" ? "" : `${kind} `}${name}  ${what}`;
    case "image":
      return what;
    default:
      return kind satisfies never;
  }
}
