// Where Node keeps what it compiled of the command and its libraries, so that the next start need not compile it again.
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * A folder of the user's own, as the XDG Base Directory Specification says: below `XDG_CACHE_HOME`, else below
 * `~/.cache`; on Windows below `LOCALAPPDATA`. A folder for temporary files would be shared with other users, who could put
 * code there.
 */
export function compiledCodeFolder(
  environment: Readonly<Record<string, string | undefined>>,
  home: string = homedir(),
): string {
  const { XDG_CACHE_HOME: cache = "", LOCALAPPDATA: local = "" } = environment;
  const base = [cache, local].find((path) => isAbsolute(path)) ?? join(home, ".cache");
  return join(base, "kym", "compiled");
}
