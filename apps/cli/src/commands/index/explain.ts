// `kym explain`: says why the rows of an image are fresh or stale.

import { type ImageAnalysis, type Indexer, KymDataset, loadAnalyses } from "@kym/kym-dataset";
import type { ZarrDataset } from "@kym/zarr-store";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { analysisLines, preferenceLines } from "../../screen/analysis-lines.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { BLIND_OPTION, namingOf } from "../../study/blind.ts";
import { findImage } from "../../study/find-image.ts";
import { type ImageNames, imageNames } from "../../study/image-names.ts";
import { HOW_TO_ANALYSE, INDEXER_OPTION, wantedIndexers } from "../../study/indexers.ts";
import { openStudy } from "../../study/open-study.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { changedFor, lookOutside, type Outside, outsideNotes } from "./outside-lines.ts";

export const explainCommand: Command = defineCommand({
  usage: "explain DATASET [IMAGE]",
  description: `Says for each pooled table whether the rows of one image are still what a new run would
give, and why. Without IMAGE, it says so for every image whose rows are stale, and counts the
others. Nothing is changed. Where another program changed or added an artifact, it names the file
and kym adopt, and ends with 3.`,
  examples: [
    "kym explain study.zarr",
    "kym explain study.zarr 20250722_A89_0002",
    "kym explain study.zarr 1f0c2d7e --indexer radon --json",
  ],
  options: { ...INDEXER_OPTION, ...BLIND_OPTION },
  run: async (context) => {
    const [path = "", wanted] = context.args;
    const naming = namingOf(context);
    await using dataset = await openStudy(context, path, "r");
    const indexers = await wantedIndexers(context, dataset);
    const imageIds =
      wanted === undefined
        ? await dataset.listImageIds()
        : [(await findImage(dataset, wanted, path, naming)).image_id];
    const outside = await lookOutside(dataset, { imageIds, signal: context.signal });
    const explained = await explain(dataset, indexers, imageIds, outside, context);
    const names = await imageNames(dataset, naming);
    const analyses = wanted === undefined ? [] : await analysesOf(dataset, imageIds, context);
    const settings = await new KymDataset(dataset).loadSettings({ signal: context.signal });
    const lines =
      wanted === undefined
        ? indexers.flatMap(({ tableName }) =>
            tableLines(
              tableName,
              explained.filter((one) => one.tableName === tableName),
              names,
              context,
            ),
          )
        : [...explained.map((one) => wordsOf(one, context)), ...analysisLines(analyses)];
    const isAnalysed = explained.length === 0 || explained.some(({ state }) => state !== "not_analysed");
    return {
      exitCode: outside.changes.length > 0 ? EXIT.partial : EXIT.ok,
      warnings: outsideNotes(outside, names, { path, blind: naming.blind, verbose: context.verbose }),
      data: names.inData(explained.map(({ tableName: _, ...one }) => one)),
      text: wrapText(
        [...lines, ...preferenceLines(settings), ...(isAnalysed ? [] : [HOW_TO_ANALYSE])]
          .map((line) => `${printable(names.in(line))}\n`)
          .join(""),
        context.terminal,
      ),
      ...nextOf(explained, path),
    };
  },
});

async function analysesOf(
  dataset: ZarrDataset,
  imageIds: readonly string[],
  { signal }: Pick<CommandContext, "signal">,
): Promise<readonly ImageAnalysis[]> {
  const found: ImageAnalysis[] = [];
  for (const imageId of imageIds) {
    found.push(...(await loadAnalyses(dataset.record(imageId), { signal })));
  }
  return found;
}

interface Explained {
  readonly image_id: string;
  readonly indexer: string;
  readonly tableName: string;
  readonly state: string;
  readonly because: string;
  readonly explanation: string;
}

async function explain(
  dataset: ZarrDataset,
  indexers: readonly Indexer[],
  imageIds: readonly string[],
  outside: Outside,
  { signal }: Pick<CommandContext, "signal">,
): Promise<readonly Explained[]> {
  const kym = new KymDataset(dataset);
  const explained: Explained[] = [];
  for (const indexer of indexers) {
    const changed = changedFor(indexer, outside);
    for (const imageId of imageIds) {
      if (changed.has(imageId)) {
        explained.push(changedOutside(indexer, imageId));
        continue;
      }
      const { staleness, explanation } = await kym.describeStaleness(indexer, imageId, { signal });
      const { state, because } = staleness;
      const { name, tableName } = indexer;
      explained.push({ image_id: imageId, indexer: name, tableName, state, because, explanation });
    }
  }
  return explained;
}

/** Nothing is said of rows that are made from a file that nobody has committed. */
function changedOutside({ name, tableName }: Indexer, imageId: string): Explained {
  const state = "changed_outside";
  const why = "Another program changed what the rows are made from, and kym adopt has not committed it.";
  const explanation = `${imageId} in ${tableName}: changed outside. ${why}`;
  return { image_id: imageId, indexer: name, tableName, state, because: state, explanation };
}

/** The artifacts that an analysis would have made are named for those who write programs. */
function wordsOf(
  { image_id: id, tableName, state, explanation }: Explained,
  { verbose }: Pick<CommandContext, "verbose">,
): string {
  return state === "not_analysed" && !verbose ? `${id} in ${tableName}: not analysed` : explanation;
}

/** As many images as are named in one line without `-v`. */
const MOST_NAMED = 10;

/** The counts of a table, and each explanation of stale rows with the images that it is about. */
function tableLines(
  tableName: string,
  images: readonly Explained[],
  names: ImageNames,
  { verbose }: Pick<CommandContext, "verbose">,
): readonly string[] {
  const stale = images.filter(({ state }) => state === "stale");
  const count = (wanted: string): number => images.filter(({ state }) => state === wanted).length;
  const start = ` in ${tableName}: stale. `;
  const why = Map.groupBy(stale, ({ explanation }) =>
    explanation.slice(explanation.indexOf(start) + start.length),
  );
  const outside = count("changed_outside");
  return [
    `${tableName}: ${counted(images.length, "image")} · stale ${stale.length} · fresh ${count("fresh")} · not analysed ${count("not_analysed")}${outside > 0 ? ` · changed outside ${outside}` : ""}`,
    ...[...why].flatMap(([words, alike]) => {
      const named = alike.map(({ image_id: id }) => names.of(id)).sort();
      const more = named.length - MOST_NAMED;
      return verbose
        ? named.map((name) => `  ${name}: ${words}`)
        : [
            `  ${named.slice(0, MOST_NAMED).join(", ")}${more > 0 ? ` and ${more} more (-v lists them)` : ""}: ${words}`,
          ];
    }),
  ];
}

/** Something to do only if rows are stale. */
function nextOf(explained: readonly Explained[], path: string): Pick<CommandResult, "next"> {
  return explained.some(({ state }) => state === "stale") ? { next: `kym index ${shellWord(path)}` } : {};
}
