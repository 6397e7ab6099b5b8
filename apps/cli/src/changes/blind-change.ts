// Hides from a scorer what a change tells of a scan.

import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import { isTelling } from "../study/blind.ts";
import type { Change } from "./change.ts";
import { fieldName } from "./change-words.ts";

/** The change without values that tell when, where or under which condition a scan was made, and without names of files. */
export function blindChange(change: Change): Change {
  if (change.kind === "attachment") {
    return { ...change, name: "file" };
  }
  const name = fieldName(change.name);
  const isHidden = change.kind === "field" && (isTelling(name) || name === EXPERIMENT_KEYS.note);
  if (!isHidden) {
    return change;
  }
  const { before: _, after: __, ...rest } = change;
  return rest;
}
