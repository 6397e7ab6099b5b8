// The names of images that a typed beginning could become.

import { withoutImageEnding } from "@kym/kym-schema/keys";
import type { ImageOverview } from "../../study/image-overview.ts";
import type { Candidate } from "./decide-completion.ts";

/** More than a person reads. */
const MOST = 500;

/**
 * The images whose name begins with `prefix`: file names without their ending, and paths where two files have one name. An id,
 * or a blind name in its place, is offered only where no name fits.
 */
export function imageCandidates(images: readonly ImageOverview[], prefix: string): readonly Candidate[] {
  const counts = new Map<string, number>();
  for (const { rel_path: path } of images) {
    const stem = stemOf(path);
    counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  const names = images.flatMap(({ rel_path: path }) => {
    const stem = stemOf(path);
    return path === null ? [] : [counts.get(stem) === 1 ? stem : path];
  });
  const fitting = names.filter((name) => name.startsWith(prefix)).sort();
  const ids = images.map(({ image_id: id }) => id).filter((id) => id.startsWith(prefix));
  return (fitting.length > 0 ? fitting : ids).slice(0, MOST).map((text) => ({ text, help: "" }));
}

function stemOf(path: string | null): string {
  return path === null ? "" : withoutImageEnding(path.slice(path.lastIndexOf("/") + 1));
}
