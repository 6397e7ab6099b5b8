// What an image's provenance needs of the history: the state of its artifacts when they were ingested.

import type { KeepsHistory } from "@kym/zarr-store";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import { ARTIFACTS } from "../artifact-names.ts";
import { PROVENANCE_KEYS } from "./provenance.ts";

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Keeps in a dataset's history what the provenance of an image names: each artifact as it was made from a sidecar or from folder names. A later
 * merge compares the sidecar with it, however long ago that was. Give it to `openDataset`.
 *
 * @example
 * const dataset = await openLocalDataset("study.zarr", { keepsHistory: PROVENANCE_HISTORY });
 */
export const PROVENANCE_HISTORY: KeepsHistory = {
  artifact: ARTIFACTS.provenance,
  hashesIn: (text) => {
    const provenance = plainValue(parseLossless(text, { where: ARTIFACTS.provenance, allowNonFinite: true }));
    return [
      ...itemsOf(provenance, PROVENANCE_KEYS.sidecars),
      memberOf(provenance, PROVENANCE_KEYS.pathFields),
    ]
      .flatMap((sidecar) => itemsOf(sidecar, "artifacts"))
      .map((artifact) => memberOf(artifact, "sha256"))
      .flatMap((sha256) => (typeof sha256 === "string" && SHA256.test(sha256) ? [sha256] : []));
  },
};

/** The items of a list in an object. A provenance of another program may have none, or something else in its place. */
function itemsOf(value: unknown, key: string): readonly unknown[] {
  const list = memberOf(value, key);
  return Array.isArray(list) ? list : [];
}

function memberOf(value: unknown, key: string): unknown {
  return (Object(value) as Readonly<Record<string, unknown>>)[key];
}
