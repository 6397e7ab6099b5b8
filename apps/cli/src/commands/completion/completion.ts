// `kym completion`: prints the script by which a shell completes kym, and what fits a line, which that script asks.

import { type Command, type CommandContext, defineCommand } from "../../arguments/command.ts";
import type { CommandEntry } from "../../arguments/command-entry.ts";
import { loadBlindNames } from "../../blind/blind-names.ts";
import { BLIND_OPTION, blindOverview, type Naming, namingOf, seedOf } from "../../study/blind.ts";
import { imageOverviews } from "../../study/image-overview.ts";
import { openStudy } from "../../study/open-study.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { candidateLines } from "./candidate-lines.ts";
import { type Candidate, type Completion, decideCompletion, SHELLS } from "./decide-completion.ts";
import { imageCandidates } from "./image-candidates.ts";
import { pathCandidates, withHome } from "./path-candidates.ts";
import { parseShellLine } from "./shell-line.ts";
import { shellScript } from "./shell-script.ts";

/** Makes the command. It completes these commands, its own among them. */
export function completionCommand(commands: readonly CommandEntry[]): Command {
  return defineCommand({
    usage: "completion SHELL [LINE]",
    description: `Prints a script that makes the Tab key complete kym in bash, zsh or fish: commands, options and
their values, datasets and folders, and the images of a dataset. Write it to a folder where
the shell looks, as in the examples, or load it at once: source <(kym completion bash), or
kym completion fish | source. For zsh, ~/.zfunc must be in fpath before compinit runs.

The script asks kym itself what fits. For that it gives the LINE that is typed so far.`,
    examples: [
      "kym completion bash > ~/.local/share/bash-completion/completions/kym",
      "kym completion zsh > ~/.zfunc/_kym",
      "kym completion fish > ~/.config/fish/completions/kym.fish",
    ],
    options: BLIND_OPTION,
    run: async (context) => {
      const [word = "", line] = context.args;
      const shell = SHELLS.find((name) => name === word);
      if (shell === undefined) {
        throw usageError(
          `there is no completion for ${JSON.stringify(word)}`,
          `kym completion ${SHELLS.join("|")}`,
        );
      }
      if (line === undefined) {
        const script = shellScript(shell);
        return { exitCode: EXIT.ok, data: { shell, script }, text: script };
      }
      const { before, prefix, rawPrefix } = parseShellLine(line);
      const completion = await decideCompletion({ before: before.slice(1), prefix }, commands);
      const begun = prefix.slice(completion.typed.length);
      const found = (await candidatesOf(completion, begun, context))
        .filter(({ text }) => text.startsWith(begun))
        .map(({ text, help }) => ({ text: completion.typed + text, help }));
      return { exitCode: EXIT.ok, data: found, text: candidateLines(shell, found, rawPrefix) };
    },
  });
}

async function candidatesOf(
  completion: Completion,
  begun: string,
  context: CommandContext,
): Promise<readonly Candidate[]> {
  switch (completion.kind) {
    case "words":
      return completion.words;
    case "image": {
      const { dataset: path, isBlind: isHidden, seed } = completion;
      const said = namingOf(context);
      return imagesOf(path, begun, { blind: isHidden || said.blind, seed: seed ?? said.seed }, context);
    }
    case "dataset":
    case "folder":
    case "file":
      return pathCandidates(begun, completion.kind, context.resolvePath);
    default:
      return completion satisfies never;
  }
}

/** A dataset that cannot be opened has nothing to offer. One on the web is not asked: a key press must not wait for it. */
async function imagesOf(
  path: string,
  begun: string,
  naming: Naming,
  context: CommandContext,
): Promise<readonly Candidate[]> {
  if (/^https?:/i.test(path)) {
    return [];
  }
  try {
    await using dataset = await openStudy(context, withHome(path), "r");
    const overviews = await imageOverviews(dataset);
    const names = naming.blind ? await loadBlindNames(dataset, seedOf(naming)) : undefined;
    const images = names === undefined ? overviews : overviews.map((image) => blindOverview(image, names));
    return imageCandidates(images, begun);
  } catch {
    return [];
  }
}
