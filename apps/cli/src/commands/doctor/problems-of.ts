// Decides what is wrong with a folder as the place of a dataset, from what was tried there.

import type { CommitRecord } from "@kym/zarr-store";
import type { FolderProbe } from "./probe-folder.ts";

export const CLAIMS_IN_WORDS = { link: "hard links", folder: "renamed folders" } as const;

/** Why a dataset cannot be written safely in a folder, given how the dataset there claims its versions. */
export function problemsOf(
  { isWritable, claims, failedSteps }: FolderProbe,
  recorded: CommitRecord["claim"],
): readonly string[] {
  if (!isWritable || claims === undefined) {
    return ["nothing can be written there: datasets open for reading only"];
  }
  if (claims.method === undefined) {
    const why = [...new Set(Object.values(claims.faults))].join("; ");
    return [`datasets can only be read there, because no claim of a version is safe: ${why}`];
  }
  const fault = recorded && claims.faults[recorded];
  const steps = failedSteps
    .filter(({ isSpared }) => !isSpared)
    .map(({ step, found }) => `a commit cannot ${step} there: ${found}`);
  return fault === undefined
    ? steps
    : [
        ...steps,
        `the dataset claims its versions by ${CLAIMS_IN_WORDS[recorded ?? "link"]}, and that is not safe there: ${fault}; ` +
          "while nobody writes to it from another place, `kym check --repair --claim` records the other way",
      ];
}
