// Groups the accepted images by a field, and compares the groups in each measure.

import { meanOfUnits, medianOfValues } from "@kym/kym-dataset/statistics";
import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import type {
  MeasureFacts,
  ReportGroup,
  ReportGrouping,
  ReportLeftOut,
  ReportMeasure,
  ReportUnits,
} from "../report-data.ts";
import type { ImageFacts } from "./image-facts.ts";
import type { ImageValues } from "./image-values.ts";
import { MEASURES } from "./measures.ts";
import { textIn } from "./number-in.ts";
import { testGroups } from "./test-words.ts";
import { type Origin, unitOf, unitsOf } from "./units.ts";

/** An image with everything that a comparison uses of it. */
export interface CountedImage {
  readonly facts: ImageFacts;
  readonly origin: Origin;
  readonly values: ImageValues;
}

type Field = ReportGrouping["field"];

interface Grouped extends CountedImage {
  readonly group: string;
}

/** Groups that a lab compares the others with come first, as they do in its figures. */
const CONTROL = /control|ctrl|saline|sham|vehicle|baseline|naive|untreated|wild ?type|^wt$/i;

/**
 * Compares accepted images by condition, and by treatment where that groups them otherwise. A field that no image has gives none.
 *
 * @param accepted in the order of the table of images
 */
export function groupingsOf(accepted: readonly CountedImage[]): readonly ReportGrouping[] {
  const byCondition = groupedBy("condition", accepted);
  const byTreatment = groupedBy("treatment", accepted);
  const differ = partitionOf(byCondition.grouped) !== partitionOf(byTreatment.grouped);
  return [byCondition, ...(differ ? [byTreatment] : [])]
    .filter(({ grouped }) => grouped.length > 0)
    .map((found) => groupingOf(found, accepted));
}

interface FoundGroups {
  readonly field: Field;
  readonly from: string;
  readonly grouped: readonly Grouped[];
}

function groupedBy(field: Field, accepted: readonly CountedImage[]): FoundGroups {
  const isNoted = accepted.some(({ facts }) => notedGroup(field, facts) !== null);
  const isByFolder = !isNoted && field === "treatment";
  return {
    field,
    from: isByFolder
      ? "the names of the folders, <treatment>/<date>/<date>_<animal>_<number>"
      : `the field ${field} of the images`,
    grouped: accepted.flatMap((image): readonly Grouped[] => {
      const group = isByFolder ? image.origin.folderTreatment : notedGroup(field, image.facts);
      return group === null ? [] : [{ ...image, group }];
    }),
  };
}

/** Which images are together, whatever their groups are called. */
function partitionOf(grouped: readonly Grouped[]): string {
  const groups = Map.groupBy(grouped, ({ group }) => group).values();
  return JSON.stringify([...groups].map((of) => of.map(({ facts }) => facts.imageId)));
}

function groupingOf(
  { field, from, grouped }: FoundGroups,
  accepted: readonly CountedImage[],
): ReportGrouping {
  const groups = [...new Set(grouped.map(({ group }) => group))].sort(byRole);
  const ids = new Set(grouped.map(({ facts }) => facts.imageId));
  const ungrouped = accepted.map(({ facts }) => facts.imageId).filter((id) => !ids.has(id));
  const units = withPairing(unitsOf(grouped.map(({ origin }) => origin)), grouped);
  return {
    ...{ field, groups, units },
    from: `${from}${alikeWords(groups)}`,
    ungrouped: ungrouped.length === 0 ? null : { reason: `their ${field} is not known`, imageIds: ungrouped },
    measures: MEASURES.flatMap((measure) => {
      const made = measureOf(measure, groups, grouped, units);
      return made.groups.every(({ n }) => n === 0) ? [] : [made];
    }),
  };
}

/** Names that a person may have meant to be one. */
function alikeWords(groups: readonly string[]): string {
  const alike = Map.groupBy(groups, (name) => name.toLowerCase().replace(/\s+/g, " "));
  return [...alike.values()]
    .filter(({ length }) => length > 1)
    .map((names) => `; ${names.join(" and ")} differ only by case or spaces`)
    .join("");
}

function notedGroup(field: Field, { row }: ImageFacts): string | null {
  return textIn(row, EXPERIMENT_KEYS[field]);
}

function byRole(a: string, b: string): number {
  const [x, y] = [CONTROL.test(a), CONTROL.test(b)];
  return x === y ? a.localeCompare(b, "en", { numeric: true }) || (a < b ? -1 : 1) : x ? -1 : 1;
}

/** Tests take the groups as independent. An animal that is in two of them says that they are not. */
function withPairing(units: ReportUnits, grouped: readonly Grouped[]): ReportUnits {
  if (units.kind !== "animal") {
    return units;
  }
  const groupsOf = Map.groupBy(grouped, ({ origin }) => origin.animal);
  const shared = [...groupsOf.values()].filter((of) => new Set(of.map(({ group }) => group)).size > 1);
  return shared.length === 0
    ? units
    : {
        ...units,
        words: `${units.words} ${shared.length === 1 ? "One animal is" : `${shared.length} animals are`} in more than one group; the tests take groups as independent.`,
      };
}

function measureOf(
  measure: MeasureFacts,
  groups: readonly string[],
  grouped: readonly Grouped[],
  units: ReportUnits,
): ReportMeasure {
  const made = groups.map((name) =>
    groupOf(
      name,
      grouped.filter(({ group }) => group === name),
      measure,
      units,
    ),
  );
  return {
    ...measure,
    groups: made,
    test: testGroups(made.map(({ name, points }) => ({ name, values: points.map(({ value }) => value) }))),
    leftOut: leftOutOf(grouped, measure),
  };
}

function groupOf(
  name: string,
  images: readonly Grouped[],
  { key }: MeasureFacts,
  units: ReportUnits,
): ReportGroup {
  const points = images.flatMap(({ facts: { imageId }, origin, values: { values } }) => {
    const value = values[key];
    return value === null ? [] : [{ imageId, value, unit: unitOf(origin, units) }];
  });
  const values = points.map(({ value }) => value);
  const ofUnits = meanOfUnits(points.map(({ value, unit, imageId }) => ({ value, unit: unit ?? imageId })));
  const hasUnits = units.kind !== "none";
  return {
    name,
    n: points.length,
    median: medianOfValues(values),
    mean: ofUnits.mean,
    sem: hasUnits ? ofUnits.sem : null,
    nUnits: hasUnits ? ofUnits.nUnits : 0,
    points,
  };
}

function leftOutOf(grouped: readonly Grouped[], { key }: MeasureFacts): readonly ReportLeftOut[] {
  const reasons = new Map<string, string[]>();
  for (const { facts, values } of grouped) {
    const reason = values.missing[key];
    if (reason !== undefined) {
      reasons.set(reason, [...(reasons.get(reason) ?? []), facts.imageId]);
    }
  }
  return [...reasons].map(([reason, imageIds]) => ({ reason, imageIds }));
}
