// Over what mean ± SEM is made: animals where fields or file names tell them, otherwise days.

import { COLUMNS } from "@kym/kym-schema";
import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import type { Row } from "@kym/zarr-store";
import { counted } from "../../terminal/text-table.ts";
import type { ReportUnits } from "../report-data.ts";
import { textIn } from "./number-in.ts";

/** Which animal a scan is of, and on which day it was made. */
export interface Origin {
  readonly animal: string | null;
  readonly animalFrom: "field" | "name" | null;
  readonly day: string | null;
  /** The treatment as the lab names its folders; null for paths of another form. */
  readonly folderTreatment: string | null;
}

/** `20250722_A89_0002`: the day, the animal, and the number of the scan; of several channels, `_C001T001` comes after it. */
const LAB_NAME = /^((?:19|20)\d{6})_([A-Za-z]+\d+[a-z]?)(?:_\d+)+(?:_C\d{3}T\d{3})?$/;
const EIGHT_DIGITS = /^((?:19|20)\d\d)-?(\d\d)-?(\d\d)$/;

/**
 * Finds out animal and day. The animal is the field `animal`; without it, what a file name of the lab's form says. The day is
 * the microscope's; without it, the field `date` or the file name's. A folder names the treatment only in a path of the lab's form,
 * `<treatment>/<date>/<date>_<animal>_<number>.tif`.
 */
export function originOf(row: Row): Origin {
  const named = LAB_NAME.exec(textIn(row, COLUMNS.fileName) ?? "");
  const [, nameDay, nameAnimal] = named ?? [];
  const noted = textIn(row, EXPERIMENT_KEYS.animal);
  const acquired = textIn(row, COLUMNS.acquiredLocal)?.slice(0, 10) ?? null;
  const folders = textIn(row, COLUMNS.relPath)?.split("/").slice(0, -1) ?? [];
  const isLabPath = nameDay !== undefined && folders.at(-1) === nameDay;
  return {
    animal: noted ?? nameAnimal ?? null,
    animalFrom: noted !== null ? "field" : nameAnimal === undefined ? null : "name",
    day: acquired ?? dayOf(textIn(row, EXPERIMENT_KEYS.date)) ?? dayOf(nameDay ?? null),
    folderTreatment: (isLabPath ? folders.at(-2) : undefined) ?? null,
  };
}

/** `20250722` and `2025-07-22` are one day; any other text stays as it is. */
function dayOf(text: string | null): string | null {
  const [, year, month, day] = EIGHT_DIGITS.exec(text ?? "") ?? [];
  return year === undefined ? text : `${year}-${month}-${day}`;
}

/**
 * Chooses the unit of all images that are compared. Animals need an animal of every image, because a mean over some animals and
 * some days is of neither.
 */
export function unitsOf(origins: readonly Origin[]): ReportUnits {
  const n = origins.length;
  const byField = origins.filter(({ animalFrom }) => animalFrom === "field").length;
  const byName = origins.filter(({ animalFrom }) => animalFrom === "name").length;
  const withoutAnimal = n - byField - byName;
  if (withoutAnimal === 0 && n > 0) {
    return { kind: "animal", words: `Mean ± SEM are over animals, as ${animalSource(byField, byName)}.` };
  }
  const why =
    byField + byName === 0
      ? "neither a field nor a file name tells an animal"
      : `${withoutAnimal} of ${counted(n, "image")} have no animal in a field or a file name`;
  const withoutDay = origins.filter(({ day }) => day === null).length;
  return withoutDay === 0
    ? { kind: "day", words: `Mean ± SEM are over days, because ${why}.` }
    : {
        kind: "none",
        words: `There is no SEM, because ${why}, and ${withoutDay} of ${counted(n, "image")} have no day. The mean is over images.`,
      };
}

function animalSource(byField: number, byName: number): string {
  if (byName === 0) {
    return "the field animal says";
  }
  return byField === 0
    ? "the file names say"
    : `the field animal of ${counted(byField, "image")} and the file names of ${byName} say`;
}

/** The unit of one image; null if it has neither. */
export function unitOf(origin: Origin, { kind }: ReportUnits): string | null {
  return kind === "animal" ? origin.animal : kind === "day" ? origin.day : null;
}
