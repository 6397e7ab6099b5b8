// Writes candidates as the script of each shell reads them: one per line.

import type { Candidate, SHELLS } from "./decide-completion.ts";

export type Shell = (typeof SHELLS)[number];

/** What bash takes for the end of a word within a word, so that it replaces only what follows. */
const BASH_BREAKS = /^[\s\S]*[=:@]/;

/**
 * The lines for a shell: the text alone for bash; for zsh the word as it must stand on the line, a tab, and what to show; for
 * fish the text, a tab, and what it means. A text with a control character is left out, because no line can hold it.
 *
 * @param rawPrefix the word at the cursor as it is typed
 */
export function candidateLines(shell: Shell, candidates: readonly Candidate[], rawPrefix: string): string {
  const usable = candidates.filter(({ text }) => !/\p{Cc}/u.test(text));
  return usable.map((candidate) => `${lineOf(shell, candidate, rawPrefix)}\n`).join("");
}

function lineOf(shell: Shell, { text, help }: Candidate, rawPrefix: string): string {
  switch (shell) {
    case "bash": {
      const stands = /^["']/.test(rawPrefix) ? "" : (BASH_BREAKS.exec(rawPrefix)?.[0] ?? "");
      return text.startsWith(stands) ? text.slice(stands.length) : text;
    }
    case "zsh":
      return `${zshWord(text, rawPrefix)}\t${help === "" ? text : `${text}  -- ${help}`}`;
    case "fish":
      return help === "" ? text : `${text}\t${help}`;
    default:
      return shell satisfies never;
  }
}

/** Within a quote that is open, only what ends or opens something is escaped; a `~/` in front keeps its meaning. */
function zshWord(text: string, rawPrefix: string): string {
  if (rawPrefix.startsWith('"')) {
    return text.replace(/[\\"$`]/g, "\\$&");
  }
  if (rawPrefix.startsWith("'")) {
    return text.replaceAll("'", "'\\''");
  }
  const home = text.startsWith("~/") ? "~/" : "";
  return home + text.slice(home.length).replace(/[^\p{L}\p{N}_./,:=@%+-]/gu, "\\$&");
}
