// How the user started kym, so that a hint can be typed as it stands: `kym`, `./kym`, `npx -y pnpm@12 --silent kym`.

import { delimiter, dirname, isAbsolute } from "node:path";
import { shellWord } from "../screen/shell-word.ts";

/** The variable in which a script that starts kym says how it was called itself, as `$0` says it in a shell. */
export const CALLED_AS = "KYM_CALLED_AS";

/** What the words of a hint depend on. */
export interface Caller {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The words that start kym for this user.
 *
 * - the script of a clone: as it was called, but `kym` if it was found in a folder of `PATH`
 * - the script `kym` of a clone's `package.json`, which pnpm runs: with pnpm, or with npx if that fetched pnpm
 * - `kym` otherwise
 */
export function kymCommand({ environment }: Caller): string {
  const { [CALLED_AS]: calledAs = "", PATH: path = "", npm_lifecycle_event: script } = environment;
  if (calledAs !== "") {
    const isInPath = isAbsolute(calledAs) && path.split(delimiter).includes(dirname(calledAs));
    return isInPath ? "kym" : shellWord(calledAs);
  }
  const { npm_config_user_agent: agent = "", npm_execpath: program = "" } = environment;
  const [, major] = /^pnpm\/(\d+)\./.exec(agent) ?? [];
  if (script !== "kym" || major === undefined) {
    return "kym";
  }
  return /[/\\]_npx[/\\]/.test(program) ? `npx -y pnpm@${major} --silent kym` : "pnpm --silent kym";
}

/**
 * Replaces `kym` by the words of {@link kymCommand} wherever a text names one of the commands, `COMMAND`, or `--help`.
 * Other words `kym`, such as a name of the program or of a file, stay.
 */
export function inCallerForm(text: string, caller: Caller, commands: readonly string[]): string {
  const form = kymCommand(caller);
  if (form === "kym") {
    return text;
  }
  const called = new RegExp(
    `(?<![\\w./\\\\-]|--silent )kym (?=(?:${[...commands, "COMMAND", "--help"].join("|")})(?![\\w-]))`,
    "g",
  );
  return text.replace(called, () => `${form} `);
}
