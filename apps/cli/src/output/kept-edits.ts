// Says in the result of a command that a commit kept what another program wrote meanwhile.

import type { CommandResult } from "../arguments/command.ts";
import { EXIT } from "../terminal/exit-code.ts";

/**
 * The result of a command whose commits kept edits of other programs: what succeeded is then only a part, and each edit is named
 * in a warning. A blind scorer sees no names.
 */
export function withKeptEdits(
  result: CommandResult,
  edits: readonly { readonly path: string; readonly keptAs: string }[],
  isBlind: boolean,
): CommandResult {
  if (edits.length === 0) {
    return result;
  }
  const added = isBlind
    ? [
        `${edits.length} ${edits.length === 1 ? "file was" : "files were"} changed by another program meanwhile`,
      ]
    : edits.map(({ path, keptAs }) =>
        keptAs === path
          ? `${path} was changed by another program while it was deleted: the file stays`
          : `${path} was changed by another program while it was replaced: the change is kept as ${keptAs}`,
      );
  const { warnings = [], shortWarnings = warnings } = result;
  return {
    ...result,
    exitCode: result.exitCode === EXIT.ok ? EXIT.partial : result.exitCode,
    warnings: [...added, ...warnings],
    // Without `--json`, each was said as it was kept.
    shortWarnings: isBlind ? [...added, ...shortWarnings] : shortWarnings,
  };
}
