// `kym edit`: sets conditions, notes, calibrations and other fields of images.

import { type ImageAnalysis, KymDataset, loadAnalyses } from "@kym/kym-dataset";
import { compareCalibration } from "@kym/kym-schema/calibration";
import type { ZarrDataset } from "@kym/zarr-store";
import type { ReadOptions } from "@kym/zarr-store/runtime";
import { isConfirmed, YES_OPTION } from "../../arguments/ask-yes-no.ts";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { BLIND_OPTION, isBlind, namingOf } from "../../study/blind.ts";
import { type ImageNames, imageNames } from "../../study/image-names.ts";
import { openStudy } from "../../study/open-study.ts";
import { leftOutNotes, WHERE_OPTION } from "../../study/select-images.ts";
import { type StaleRows, staleLines, staleRowsOf, wentStale } from "../../study/went-stale.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";
import { type ChosenImages, chooseNamed, chooseWhere, chosen } from "./choose-images.ts";
import { commitEdits, type EditOutcome, type EditRequest, planEdits } from "./commit-edit.ts";
import { FIELD_OPTIONS, type FieldValue, MS_PER_LINE, UM_PER_PX, valuesOfOptions } from "./edit-fields.ts";
import { changedFields, changesTable, editWords, isHidden } from "./edit-words.ts";
import { loadSheet } from "./load-sheet.ts";
import { changesCalibration, type WantedValues } from "./plan-edit.ts";

export const editCommand: Command = defineCommand({
  usage: "edit DATASET [IMAGE…]",
  description: `Sets fields of images: of those that are named, or of all for which --where is true. An empty
text ("") clears a field. All images change in one commit; before more than one, it asks, and
where nobody can be asked it ends with 5 unless --yes is given. An image that was deleted or
no longer matches at the commit is left out and named.

An analysis keeps the calibration that it used: a new one rescales nothing, and the tables
say calibration_changed for it.

--from takes a spreadsheet that kym ls wrote and a person filled in: one row per image, found
by image_id, or by rel_path, or by date and file_name. A column that is absent and a cell
that is empty leave their field alone; \\- clears it. If a row, a column or a value is not
understood, nothing is written.`,
  examples: [
    "kym edit study.zarr 20250722_A89_0002 --condition AngII --accept",
    `kym edit study.zarr --where "rel_path like '28d AngII/%'" --condition AngII`,
    'kym edit study.zarr 20250722_A89_0002 --note ""',
    "kym edit study.zarr Capillary2_no_txt --um-per-px 0.331 --ms-per-line 1.14604",
    "kym edit study.zarr --from meta.csv --dry-run",
  ],
  options: {
    ...FIELD_OPTIONS,
    ...WHERE_OPTION,
    from: { value: "FILE", help: "set what a spreadsheet says: CSV, TSV or Excel, as kym ls -o writes it" },
    ...BLIND_OPTION,
    ...YES_OPTION,
    "dry-run": { short: "n", help: "list field, old and new; write nothing" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const { options, signal } = context;
    const isDry = options["dry-run"] === true;
    const source = sourceOf(context);
    await using dataset = await openStudy(context, path, isDry ? "r" : "a");
    await dataset.assertExists();
    const { chosen: images, wantedOf, notes } = await source(dataset);
    const names = await imageNames(dataset, namingOf(context));
    const nameOf = (imageId: string): string => names.of(imageId);
    const request: EditRequest = { chosen: images, wantedOf, nameOf };
    const planned = await planEdits(dataset, request, { signal });
    const words = editWords(planned, nameOf);
    const count = planned.filter(({ outcome }) => outcome === "edited").length;
    const shown = { nameOf, blind: isBlind(context), isWhole: isDry || context.verbose };
    const show = (outcomes: readonly EditOutcome[]): string =>
      changesTable(outcomes, shown, context.terminal);
    if (isDry || count === 0) {
      return resultOf(context, planned, {
        ...{ names, notes, stale: [] },
        concerned: await analysesConcerned(dataset, planned, wantedOf, { signal }),
        text: count === 0 ? noChangeText(planned.length) : `${show(planned)}would ${printable(words)}\n`,
      });
    }
    if (count > 1) {
      const question = `${show(planned)}${capitalised(printable(words))}?`;
      const command = "the same command with --yes";
      if (!(await isConfirmed(context, question, command))) {
        const none = planned.map(({ imageId }): EditOutcome => ({ imageId, outcome: "unchanged" }));
        return resultOf(context, none, {
          ...{ names, notes, stale: [], concerned: 0 },
          text: "nothing was changed\n",
        });
      }
    }
    const ids = planned.flatMap((one) => (one.outcome === "edited" ? [one.imageId] : []));
    const kym = new KymDataset(dataset);
    const before = await staleRowsOf(kym, ids, { signal });
    const done = await commitEdits(dataset, request, {
      message: editWords(planned, (imageId) => imageId),
      details: { action: "edit", fields: changedFields(planned) },
      signal,
    });
    const stale = wentStale(before, await staleRowsOf(kym, ids, { signal }));
    const edited = done.some(({ outcome }) => outcome === "edited");
    return resultOf(context, done, {
      ...{ names, notes, stale },
      concerned: await analysesConcerned(dataset, done, wantedOf, { signal }),
      text: edited
        ? `${show(done)}${pastOf(printable(editWords(done, nameOf)))}\n`
        : noChangeText(done.length),
    });
  },
});

/** The images to edit, what each is to have, and what there is to note about it. */
interface Wanted {
  readonly chosen: ChosenImages;
  readonly wantedOf: (imageId: string) => WantedValues;
  readonly notes: readonly string[];
}

/** What the command line asks for: before the dataset is opened, so that a mistake in it is said first. */
function sourceOf(context: CommandContext): (dataset: ZarrDataset) => Promise<Wanted> {
  const { args, options } = context;
  const [path = "", ...names] = args;
  const { where, from } = options;
  const values = valuesOfOptions(options);
  const ways = [names.length > 0, typeof where === "string", typeof from === "string"].filter(Boolean);
  if (ways.length !== 1) {
    const found = ways.length === 0 ? "no images to edit" : "more than one way to choose images";
    throw usageError(found, "name images, or give --where, or --from a spreadsheet");
  }
  if (typeof from === "string") {
    if (values.size > 0) {
      throw usageError("--from says the values of all fields", "leave the others out");
    }
    return async (dataset) => {
      const { wanted, notes } = await loadSheet(context, dataset, from);
      const of = (imageId: string): WantedValues => wanted.get(imageId) ?? new Map();
      return { chosen: chosen(dataset, [...wanted.keys()]), wantedOf: of, notes };
    };
  }
  if (values.size === 0) {
    throw usageError(
      "no field to set",
      'for example --condition AngII; --note "" clears; kym edit --help lists the fields',
    );
  }
  const wanted: WantedValues = new Map([...values].map(([field, value]) => [field, { value }]));
  const wantedOf = (): WantedValues => wanted;
  if (typeof where === "string") {
    return async (dataset) => {
      const found = await chooseWhere(context, dataset, where);
      return { chosen: found, wantedOf, notes: leftOutNotes(found) };
    };
  }
  return async (dataset) => ({
    chosen: await chooseNamed(dataset, names, path, namingOf(context)),
    ...{ wantedOf, notes: [] },
  });
}

/** How many analyses used another calibration than the edit gives their images, or one that is not known. */
async function analysesConcerned(
  dataset: ZarrDataset,
  outcomes: readonly EditOutcome[],
  wantedOf: (imageId: string) => WantedValues,
  options: ReadOptions,
): Promise<number> {
  let count = 0;
  for (const one of outcomes) {
    if (one.outcome === "edited" && changesCalibration(one)) {
      const analyses = await loadAnalyses(dataset.record(one.imageId), options);
      count += analyses.filter((analysis) => isConcerned(analysis, wantedOf(one.imageId))).length;
    }
  }
  return count;
}

/** A step that is not edited says nothing about this edit. */
function isConcerned({ calibration }: ImageAnalysis, wanted: WantedValues): boolean {
  const [um, ms] = [wanted.get(UM_PER_PX)?.value, wanted.get(MS_PER_LINE)?.value];
  const { umPerPx, secondsPerLine } = calibration;
  const now = {
    umPerPx: um === undefined ? (umPerPx ?? null) : numberOf(um),
    secondsPerLine: ms === undefined ? (secondsPerLine ?? null) : secondsOf(ms),
  };
  return compareCalibration(calibration, now) !== "same";
}

function numberOf(value: FieldValue): number | null {
  return typeof value === "number" ? value : null;
}

function secondsOf(milliseconds: FieldValue): number | null {
  return typeof milliseconds === "number" ? milliseconds / 1000 : null;
}

interface Told {
  readonly names: ImageNames;
  readonly notes: readonly string[];
  readonly stale: readonly StaleRows[];
  readonly concerned: number;
  readonly text: string;
}

function resultOf(
  context: Pick<CommandContext, "args" | "options">,
  outcomes: readonly EditOutcome[],
  { names, notes, stale, concerned, text }: Told,
): CommandResult {
  const { args, options } = context;
  const isDry = options["dry-run"] === true;
  const blind = isBlind(context);
  const next = stale.length === 0 ? undefined : `kym index ${shellWord(args[0] ?? "")}`;
  const leftOut = outcomes.flatMap((one) => (one.outcome === "left out" ? [one] : []));
  return {
    exitCode: leftOut.length > 0 ? EXIT.partial : EXIT.ok,
    data: names.inData({
      dryRun: isDry,
      edited: outcomes.flatMap((one) =>
        one.outcome === "edited"
          ? [
              {
                image_id: one.imageId,
                name: names.of(one.imageId),
                changes: one.changes.map((change) =>
                  blind && isHidden(change.field) ? { field: change.field, new: change.new } : change,
                ),
              },
            ]
          : [],
      ),
      unchanged: outcomes.filter(({ outcome }) => outcome === "unchanged").map(({ imageId }) => imageId),
      left_out: leftOut.map(({ imageId, reason }) => ({
        ...{ image_id: imageId, name: names.of(imageId), reason },
      })),
      analyses_with_another_calibration: concerned,
      went_stale: stale,
      next: blind ? null : (next ?? null),
    }),
    warnings: [
      ...notes,
      ...leftOut.map(({ imageId, reason }) => `left out ${printable(names.of(imageId))}: ${reason}`),
      ...(concerned === 0
        ? []
        : [
            `${concerned === 1 ? "1 analysis" : `${concerned} analyses`} used another calibration, or one that is not known: nothing is rescaled, and analysis_state ${isDry ? "would say" : "says"} calibration_changed`,
          ]),
    ],
    text: `${text}${staleLines(stale)}`,
    ...(next !== undefined && { next }),
  };
}

function noChangeText(count: number): string {
  return count === 0 ? "no image matches\n" : "nothing to change: that is what is stored already\n";
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** `accept or reject` becomes `accepted or rejected`; `set` stays. */
function pastOf(words: string): string {
  return words.replace(/^(accept or reject|accept|reject|clear)/, (verbs) =>
    verbs.replace(/accept|reject|clear/g, (verb) => `${verb}ed`),
  );
}
