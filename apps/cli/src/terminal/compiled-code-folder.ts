// The folder where Node keeps the compiled code of kym and its libraries, so that the next start is faster.

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * A folder that belongs to the user. Other users share a folder for temporary files, and could put code there.
 *
 * It is the first of these folders whose path is absolute: `XDG_CACHE_HOME` (XDG Base Directory Specification),
 * `LOCALAPPDATA` on Windows, `~/.cache`.
 */
export function compiledCodeFolder(
  environment: Readonly<Record<string, string | undefined>>,
  home: string = homedir(),
): string {
  const { XDG_CACHE_HOME: cache = "", LOCALAPPDATA: local = "" } = environment;
  const base = [cache, local].find((path) => isAbsolute(path)) ?? join(home, ".cache");
  return join(base, "kym", "compiled");
}
