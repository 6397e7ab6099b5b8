// The folder where Node keeps the compiled code of kym and its libraries, so that the next start is faster.

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * A folder that belongs to the user. Other users share a folder for temporary files, and could put code there.
 *
 * - `XDG_CACHE_HOME` or `~/.cache`, as in the XDG Base Directory Specification
 * - `LOCALAPPDATA` on Windows
 */
export function compiledCodeFolder(
  environment: Readonly<Record<string, string | undefined>>,
  home: string = homedir(),
): string {
  const { XDG_CACHE_HOME: cache = "", LOCALAPPDATA: local = "" } = environment;
  const base = [cache, local].find((path) => isAbsolute(path)) ?? join(home, ".cache");
  return join(base, "kym", "compiled");
}
