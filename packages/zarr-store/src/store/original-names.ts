// Finds out which file a name is a second copy of, as sync clients and file managers name what they keep of a conflict.

/** How a copy is marked behind the stem of its name: before the ending, or at the very end. */
const MARKS: readonly RegExp[] = [
  // Dropbox, Nextcloud, pCloud, Unison, Seafile: "events (Anna's conflicted copy 2026-11-30)", "events (SFConflict anna …)".
  / ?[([][^()[\]]*conflict[^()[\]]*[)\]]$/i,
  // Syncthing: "events.sync-conflict-20261130-101500-ABCDEFG".
  /\.sync-conflict-\d{8}-\d{6}(-[A-Z0-9]+)?$/i,
  // Resilio Sync, Synology Drive: "events.Conflict", "events_NAS_Nov-30-101500-2026_Conflict".
  /[._-](?:[^/]*[._-])?conflict(?:ed)?(?:[ ._-]copy)?$/i,
  // Google Drive, Windows, browsers: "events (1)".
  / ?\(\d{1,3}\)$/,
  // File managers: "events - Copy", "events - Copy (2)", "events copy", "events copy 2".
  / (?:- )?copy(?: \(?\d{1,3}\)?)?$/i,
  // iCloud: "events 2".
  / \d{1,3}$/,
];

/** Google Drive and file managers: "Copy of events". */
const PREFIX = /^copy of /i;

/** OneDrive: "events-LAPTOP", "events-LAPTOP-2"; the name of the computer, which may hold hyphens. */
const HOST = /-([A-Za-z0-9][A-Za-z0-9_-]*)$/;
/** A name as computers are given: by Windows and macOS, or all in capitals. Any other counts only if a writer has it. */
const COMPUTER =
  /^(?:desktop|laptop|workstation|notebook|thinkpad|macbook|imac|pc)(?:[-_0-9].*|pro|air)?$|^(?:win|mac|surface)[-_0-9].*$/i;
const CAPITALS = /^[A-Z][A-Z0-9]{2,}(?:-[A-Z0-9]+)*$/;

/**
 * The names that a file may be a copy of, by its own name; empty for an ordinary name. Whether one of them is there decides.
 *
 * @param hosts the computers that are known to write there, in lower case
 * @example
 * originalNames("events (1).parquet", new Set()); // ["events.parquet"]
 */
export function originalNames(name: string, hosts: ReadonlySet<string>): readonly string[] {
  const found = new Set<string>();
  for (const [stem, ending] of splits(name)) {
    for (const mark of MARKS) {
      const plain = stem.replace(mark, "");
      if (plain !== stem && plain !== "") {
        found.add(plain + ending);
      }
    }
    for (const [plain, host] of hostSplits(stem)) {
      if (isHost(host, hosts)) {
        found.add(plain + ending);
      }
    }
  }
  if (PREFIX.test(name)) {
    found.add(name.replace(PREFIX, ""));
  }
  return [...found];
}

/** A name with each ending that it may have: `a.csv.gz` ends with nothing, `.gz` or `.csv.gz`. */
function splits(name: string): readonly (readonly [stem: string, ending: string])[] {
  const dots = [...name.matchAll(/\./g)].map(({ index }) => index).filter((index) => index > 0);
  return [name.length, ...dots.toReversed().slice(0, 3)].map((at) => [name.slice(0, at), name.slice(at)]);
}

function* hostSplits(stem: string): Iterable<readonly [plain: string, host: string]> {
  const [, last] = HOST.exec(stem) ?? [];
  if (last === undefined) {
    return;
  }
  for (let at = stem.indexOf("-"); at > 0; at = stem.indexOf("-", at + 1)) {
    yield [stem.slice(0, at), stem.slice(at + 1)];
  }
}

function isHost(word: string, hosts: ReadonlySet<string>): boolean {
  const host = word.replace(/-\d{1,2}$/, "").toLowerCase();
  return hosts.has(host) || hosts.has(word.toLowerCase()) || COMPUTER.test(word) || CAPITALS.test(word);
}
