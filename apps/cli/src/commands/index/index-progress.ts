// Shows how far a run of all indexers is.

import type { IndexEvent } from "@kym/kym-dataset";
import type { CommandContext } from "../../arguments/command.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { startProgress } from "../../terminal/progress.ts";

/** One bar for all indexers: an image counts once for each. */
export function indexProgress(
  { terminal, progress: style }: Pick<CommandContext, "terminal" | "progress">,
  indexerCount: number,
  names: ImageNames,
): { readonly onEvent: (event: IndexEvent) => void; readonly end: () => void } {
  const progress = startProgress(terminal, "rows made", style);
  let done = 0;
  return {
    onEvent: ({ total, imageId }) => {
      done++;
      progress.update(done, total * indexerCount, names.of(imageId));
    },
    end: progress.end,
  };
}
