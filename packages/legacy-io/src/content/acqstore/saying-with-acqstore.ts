// Finds what the classic JSON and acqstore's sidecar say of an image, joined, and where they differ.

import type { AcqstoreSidecar } from "../../formats/acqstore/acqstore-sidecar.ts";
import type { AcqstoreTable } from "../../formats/acqstore/acqstore-table.ts";
import type { ClassicJson } from "../../formats/json/classic-json.ts";
import { firstSaying, isUnderstood, type Said, type Understood } from "../first-saying.ts";
import type { ContentNote } from "../image-content.ts";
import type { ParsedSidecar } from "../parsed-sidecar.ts";
import { planeSize } from "../rois/plane-size.ts";
import { turnSize } from "../rois/turn-roi.ts";
import { mergeAcqstore } from "./merge-acqstore.ts";

export interface SayingWithAcqstore {
  readonly acqstore: Said<AcqstoreSidecar> | undefined;
  /** Both files joined; the classic JSON alone if there is nothing of acqstore's. */
  readonly classic: Said<ClassicJson> | undefined;
  /** The classic JSON as its file has it. */
  readonly before: Said<ClassicJson> | undefined;
  readonly notes: readonly ContentNote[];
}

/** The image that the files belong to. */
export interface PlacedImage {
  readonly shape: readonly number[];
  readonly axes?: readonly string[] | undefined;
  readonly isTurned?: boolean | undefined;
  readonly tiff?: { readonly isTurned: boolean } | undefined;
}

/** Joins both files: acqstore's wins field by field, whichever file is newer. */
export function sayingWithAcqstore(
  sidecars: readonly Understood[],
  { shape, axes, tiff, isTurned = tiff?.isTurned ?? false }: PlacedImage,
): SayingWithAcqstore {
  const before = firstSaying(sidecars, "classic");
  const acqstore = firstSaying(sidecars, "acqstore");
  if (acqstore === undefined) {
    return { acqstore, classic: before, before, notes: [] };
  }
  const size = planeSize(shape, axes);
  const merged = mergeAcqstore(acqstore.said, before?.said, isTurned ? turnSize(size) : size);
  const accepted = sidecars.flatMap(({ relPath, content: { facts } }): readonly ContentNote[] =>
    facts.accepted === undefined || facts.accepted === (acqstore.said.accepted ?? facts.accepted)
      ? []
      : [
          {
            path: relPath,
            reason: `accepted is ${facts.accepted} there: acqstore's ${!facts.accepted} is used`,
          },
        ],
  );
  return {
    acqstore,
    before,
    classic: { sidecar: (before ?? acqstore).sidecar, said: merged.classic },
    notes: [
      ...merged.problems.map((reason) => ({ path: acqstore.sidecar.relPath, reason })),
      ...merged.differences.map((reason) => ({ path: before?.sidecar.relPath ?? "", reason })),
      ...accepted,
    ],
  };
}

/** True for a file of acqstore's: it is always kept as it is too, for the way back. */
export function isOfAcqstore(sidecar: ParsedSidecar): boolean {
  const facts = isUnderstood(sidecar) ? sidecar.content.facts : undefined;
  return facts?.acqstore !== undefined || facts?.acqstoreTable !== undefined;
}

/** The tables of acqstore among the files. */
export function acqstoreTables(sidecars: readonly Understood[]): readonly Said<AcqstoreTable>[] {
  return sidecars.flatMap((sidecar) => {
    const said = sidecar.content.facts.acqstoreTable;
    return said === undefined ? [] : [{ sidecar, said }];
  });
}
