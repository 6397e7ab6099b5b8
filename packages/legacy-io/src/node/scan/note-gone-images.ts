// Notes the images of a dataset whose TIFF is no longer in the folder that it came from.

import { sep } from "node:path";
import { wordOfImage } from "../../folder/recordings/word-of-image.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import type { KnownAcquisitions } from "../../plan/known-acquisition.ts";
import type { IngestPlan } from "../../plan/plan-ingest.ts";
import { isGone } from "./gather-plan-facts.ts";

/**
 * A note for each image that came from below `root`, was not moved, and has no file there now. A folder in which nothing is
 * left gives none: its drive may be offline.
 */
export async function noteGoneImages(
  root: string,
  { actions }: IngestPlan,
  known: KnownAcquisitions,
): Promise<readonly IngestItem[]> {
  const start = root.endsWith(sep) ? root : `${root}${sep}`;
  const found = new Set(
    actions.flatMap((action) => [
      action.bundle.image.path,
      ...(action.action === "update" && action.move !== undefined ? [action.move.from] : []),
    ]),
  );
  const notes: IngestItem[] = [];
  for (const [path, { imageId, exists }] of actions.length === 0 ? [] : known) {
    if (exists && path.startsWith(start) && !found.has(path) && (await isGone(path))) {
      const relPath = path.slice(start.length).split(sep).join("/");
      notes.push({
        path: relPath,
        imageId,
        reason: `the ${wordOfImage(relPath)} is gone from the folder; the dataset keeps the image`,
      });
    }
  }
  return notes;
}
