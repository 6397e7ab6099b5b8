// Decides, from one look at a folder after another, which scans are whole and still to be ingested.

/** A file as one look found it. Its content is not read. */
export interface SeenFile {
  readonly relPath: string;
  readonly sizeBytes: number;
  /** Modification time in nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** Time of the last change of the content or of what the folder says about it, in nanoseconds since 1970. */
  readonly ctimeNs: bigint;
}

/** A scan as one look found it. */
export interface SeenScan {
  /** The path of its first TIFF relative to the folder. */
  readonly path: string;
  /** Its TIFFs, one per channel. */
  readonly images: readonly SeenFile[];
  readonly sidecars: readonly SeenFile[];
}

/** One listing of the folder. */
export interface Look {
  /** When it began and when it ended, in milliseconds of a clock that never goes back. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly scans: readonly SeenScan[];
}

export interface WholeRules {
  /** How long the size and the times of a file must stay the same, in milliseconds. */
  readonly settleMs: number;
}

/** A scan whose TIFFs are whole, and that the dataset may not have in this state. */
export interface DueScan {
  readonly path: string;
  /** The files that are whole, with their sizes and times. Another state of the same scan has another text. */
  readonly state: string;
  /** Sidecars that were still changing, relative to the folder. They are due later. */
  readonly leftOut: readonly string[];
}

/** How an attempt to ingest a scan ended. */
export type Attempt =
  /** The dataset has the scan in this state, or leaves it alone on purpose. */
  | "done"
  /** It cannot be read. Only a change makes another attempt worthwhile. */
  | "broken"
  /** Another program keeps it from being read. The next attempt is at `retryAtMs`. */
  | "blocked"
  /** It changed meanwhile, or its turn did not come. */
  | "open";

/** What is remembered between looks. */
export interface WatchState {
  /** Since when each file has had its size and times, by its path. */
  readonly files: ReadonlyMap<string, SettlingFile>;
  /** The last attempt at each scan, by its path. */
  readonly attempts: ReadonlyMap<string, LastAttempt>;
  /** Since when no file appeared, changed or went. */
  readonly quietSinceMs: number;
}

interface SettlingFile {
  readonly text: string;
  readonly sinceMs: number;
}

interface LastAttempt {
  readonly attempt: "done" | "broken" | "blocked";
  readonly state: string;
  readonly retryAtMs: number;
}

/** What a look showed. */
export interface Seen {
  readonly state: WatchState;
  /** In the order in which their TIFFs became whole. */
  readonly due: readonly DueScan[];
  /** Paths of scans with a TIFF that is empty, or with a file that changed lately. */
  readonly waiting: readonly string[];
  /** Paths of scans that could not be read and did not change since. */
  readonly broken: readonly string[];
}

/** The state before the first look. */
export const NOTHING_SEEN: WatchState = {
  files: new Map(),
  attempts: new Map(),
  quietSinceMs: 0,
};

/** For this many times `settleMs`, a whole TIFF waits for a sidecar that is still changing. */
const SETTLES_FOR_SIDECARS = 3;

/**
 * Takes one look into account.
 *
 * A file is at rest if every look of the last `settleMs` found it with the same size and times. A scan is due if all of its
 * TIFFs are at rest and none is empty, and the last attempt was not made with this state. A sidecar that is not at rest is
 * waited for, but not for ever.
 */
export function afterLook(before: WatchState, look: Look, { settleMs }: WholeRules): Seen {
  const { startedMs, endedMs, scans } = look;
  const files = new Map<string, SettlingFile>();
  for (const file of scans.flatMap(({ images, sidecars }) => [...images, ...sidecars])) {
    const text = textOf(file);
    const was = before.files.get(file.relPath);
    files.set(file.relPath, was?.text === text ? was : { text, sinceMs: endedMs });
  }
  const sinceOf = ({ relPath }: SeenFile): number => files.get(relPath)?.sinceMs ?? endedMs;
  const isSame = ([path, { text }]: readonly [string, SettlingFile]): boolean =>
    before.files.get(path)?.text === text;
  const isAtRest = (file: SeenFile): boolean =>
    before.files.get(file.relPath)?.text === textOf(file) && startedMs - sinceOf(file) >= settleMs;
  const due: (DueScan & { readonly sinceMs: number })[] = [];
  const waiting: string[] = [];
  const broken: string[] = [];
  for (const { path, images, sidecars } of scans) {
    const sinceMs = Math.max(...images.map(sinceOf));
    const isWhole = images.every((file) => file.sizeBytes > 0 && isAtRest(file));
    const busy = sidecars.filter((file) => !isAtRest(file));
    const state = [...images, ...sidecars.filter((file) => !busy.includes(file))].map(textOf).join("\n");
    const last = before.attempts.get(path);
    const isTried = last?.state === state && (last.attempt !== "blocked" || startedMs < last.retryAtMs);
    if (
      isWhole &&
      !isTried &&
      (busy.length === 0 || startedMs - sinceMs >= SETTLES_FOR_SIDECARS * settleMs)
    ) {
      due.push({ path, state, leftOut: busy.map(({ relPath }) => relPath), sinceMs });
    } else if (!isWhole || busy.length > 0) {
      waiting.push(path);
    } else if (last !== undefined && last.attempt !== "done") {
      broken.push(path);
    }
  }
  const present = new Set(scans.map(({ path }) => path));
  const attempts = new Map([...before.attempts].filter(([path]) => present.has(path)));
  const isQuiet = files.size === before.files.size && [...files].every(isSame);
  const quietSinceMs = isQuiet ? before.quietSinceMs : endedMs;
  due.sort((a, b) => a.sinceMs - b.sinceMs);
  return { state: { files, attempts, quietSinceMs }, due, waiting, broken };
}

/** Takes the outcome of attempts at due scans into account. A scan that is `open` is due again. */
export function afterAttempts(
  before: WatchState,
  tried: readonly { readonly scan: DueScan; readonly attempt: Attempt }[],
  retryAtMs: number,
): WatchState {
  const attempts = new Map(before.attempts);
  for (const { scan, attempt } of tried) {
    if (attempt === "open") {
      attempts.delete(scan.path);
    } else {
      attempts.set(scan.path, { attempt, state: scan.state, retryAtMs });
    }
  }
  return { ...before, attempts };
}

function textOf({ relPath, sizeBytes, mtimeNs, ctimeNs }: SeenFile): string {
  return `${JSON.stringify(relPath)} ${sizeBytes} ${mtimeNs} ${ctimeNs}`;
}
