/**
 * A model of one path while a commit replaces its file, and other programs edit it: every interleaving of the commit, of a
 * second process that finishes it without the lock, and of the editors. After each state, one process alone recovers.
 *
 * Files are inodes, because an editor that writes in place writes into the file that it opened, wherever that is by then.
 *
 * - `link` is the protocol: the old file gets a second name, the new one is renamed over it, and the hash of the old one decides.
 * - `link, but settled early` drops the second name of another process before the rename is done.
 * - `compare` is what is done without hard links: the old file is looked at just before the rename.
 * - `rename only` is what was done before. It must come out bad outside of every window, or the model sees nothing.
 * - `move` is the alternative: the old file is renamed aside, and the new one linked to the free name.
 */
export type Replacement = "link" | "link, but settled early" | "compare" | "rename only" | "move";

/** How another program saves: into the file that it opened, at once or after a while, or beside it and then by a rename. */
export type Editor = "writes in place" | "saves by rename";

export interface EditExploration {
  readonly states: number;
  /** States from which recovery does not bring back an edit, although it was saved in none of the stated windows. */
  readonly lost: number;
  /** The same of edits that were saved in a stated window. */
  readonly lostInWindow: number;
  /** States in which a plain reader finds no file at the path. */
  readonly absent: number;
}

type Content = string;
const OLD: Content = "old";
const NEW: Content = "new";
const COMMITTED: ReadonlySet<Content> = new Set([OLD, NEW]);

type WriterStep =
  | "check"
  | "commit"
  | "wait"
  | "settle"
  | "hold"
  | "look"
  | "rename"
  | "judge"
  | "done"
  | "refused";

interface EditorState {
  readonly how: Editor;
  readonly step: "start" | "opened" | "saved";
  /** The inode that it has open. */
  readonly inode: number | null;
  /** Whether it saved in a window that the promises page states. */
  readonly inWindow: boolean;
}

interface State {
  readonly inodes: readonly Content[];
  /** The inode at the path. */
  readonly place: number | null;
  /** The inode of the staged file. */
  readonly staged: number | null;
  readonly isCommitted: boolean;
  /** By process. */
  readonly asides: readonly (number | null)[];
  /** Inodes that were kept as obstacles. */
  readonly kept: readonly number[];
  readonly writers: readonly WriterStep[];
  readonly editors: readonly EditorState[];
  /** Whether an inode's hash was read after it had left the path: what is written into it then is not seen. */
  readonly judged: readonly number[];
}

/** Explores one commit, with `helpers` processes that finish it as well, beside these editors. */
export function exploreEdits(
  protocol: Replacement,
  editors: readonly Editor[],
  { helpers }: { readonly helpers: number },
): EditExploration {
  const start: State = {
    inodes: [OLD],
    place: 0,
    staged: null,
    isCommitted: false,
    asides: Array.from({ length: 1 + helpers }, () => null),
    kept: [],
    writers: ["check", ...Array.from({ length: helpers }, (): WriterStep => "wait")],
    editors: editors.map((how) => ({ how, step: "start", inode: null, inWindow: false })),
    judged: [],
  };
  const seen = new Set([JSON.stringify(start)]);
  const queue = [start];
  const found = { states: 0, lost: 0, lostInWindow: 0, absent: 0 };
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    found.states++;
    found.absent += state.place === null ? 1 : 0;
    const lost = lostEdits(state);
    found.lost += lost.some(({ inWindow }) => !inWindow) ? 1 : 0;
    found.lostInWindow += lost.length > 0 && lost.every(({ inWindow }) => inWindow) ? 1 : 0;
    for (const next of successors(protocol, state)) {
      const key = JSON.stringify(next);
      if (!seen.has(key)) {
        seen.add(key);
        queue.push(next);
      }
    }
  }
  return found;
}

function successors(protocol: Replacement, state: State): readonly State[] {
  return [
    ...state.writers.flatMap((_, me) => advanceWriter(protocol, state, me)),
    ...state.editors.flatMap((_, index) => advanceEditor(protocol, state, index)),
  ];
}

function contentOf(state: State, inode: number | null): Content | undefined {
  return inode === null ? undefined : state.inodes[inode];
}

function isForeign(state: State, inode: number | null): inode is number {
  const content = contentOf(state, inode);
  return content !== undefined && !COMMITTED.has(content);
}

function at(state: State, me: number, step: WriterStep, change: Partial<State> = {}): State {
  return { ...state, ...change, writers: state.writers.with(me, step) };
}

/** One atomic step of one process. */
function advanceWriter(protocol: Replacement, state: State, me: number): readonly State[] {
  const { place, staged, asides, kept } = state;
  const begin: WriterStep = protocol === "compare" ? "look" : protocol === "rename only" ? "rename" : "hold";
  switch (state.writers[me]) {
    case "check":
      return isForeign(state, place)
        ? [at(state, me, "refused")]
        : [at(state, me, "commit", { inodes: [...state.inodes, NEW], staged: state.inodes.length })];
    case "commit":
      return [at(state, me, begin, { isCommitted: true })];
    case "wait":
      return state.isCommitted
        ? [at(state, me, protocol === "link, but settled early" ? "settle" : begin)]
        : [];
    case "settle": {
      // Drops what another process holds, if some commit wrote it.
      const dropped = asides.map((inode, other) =>
        other !== me && inode !== null && !isForeign(state, inode) ? null : inode,
      );
      return [at(state, me, begin, { asides: dropped })];
    }
    case "hold":
      if (protocol === "move") {
        // A rename takes the file away from the path, if the log does not want it there.
        return contentOf(state, place) === NEW
          ? [at(state, me, "rename")]
          : [at(state, me, "rename", { asides: asides.with(me, place), place: null })];
      }
      return [at(state, me, "rename", { asides: asides.with(me, place) })];
    case "look":
      // The look reads and copies; the copy is a file of its own.
      return isForeign(state, place)
        ? [
            at(state, me, "rename", {
              inodes: [...state.inodes, contentOf(state, place) ?? ""],
              kept: [...kept, state.inodes.length],
            }),
          ]
        : [at(state, me, "rename")];
    case "rename":
      return renameStaged(protocol, state, me, staged);
    case "judge": {
      const held = asides[me] ?? null;
      const isKept = isForeign(state, held) && held !== place;
      return [
        at(state, me, "done", {
          asides: asides.with(me, null),
          kept: isKept ? [...kept, held] : kept,
          judged: held === null ? state.judged : [...new Set([...state.judged, held])].sort(),
        }),
      ];
    }
    default:
      return [];
  }
}

function renameStaged(
  protocol: Replacement,
  state: State,
  me: number,
  staged: number | null,
): readonly State[] {
  const after: WriterStep = protocol === "compare" || protocol === "rename only" ? "done" : "judge";
  if (staged === null) {
    return [at(state, me, after)];
  }
  if (protocol === "move" && state.place !== null) {
    // The name is taken again, by an editor: its file is renamed aside as well, after this one is judged.
    const held = state.asides[me] ?? null;
    const kept = isForeign(state, held) ? [...state.kept, held] : state.kept;
    return [at(state, me, "hold", { kept, asides: state.asides.with(me, null) })];
  }
  return [at(state, me, after, { place: staged, staged: null })];
}

/** One atomic step of an editor. It saves once, at any time. */
function advanceEditor(protocol: Replacement, state: State, index: number): readonly State[] {
  const editor = state.editors[index];
  if (editor === undefined || editor.step === "saved") {
    return [];
  }
  const text = `edit ${index}`;
  if (editor.how === "saves by rename") {
    // Between the two calls of a process, a file that comes to the path is replaced unseen.
    const inWindow = protocol !== "move" && state.staged !== null && state.writers.includes("rename");
    return [
      {
        ...state,
        inodes: [...state.inodes, text],
        place: state.inodes.length,
        editors: state.editors.with(index, { ...editor, step: "saved", inWindow }),
      },
    ];
  }
  if (editor.step === "start") {
    // To open a file that is not there would make one: then it saves as the other editor does.
    return state.place === null
      ? []
      : [{ ...state, editors: state.editors.with(index, { ...editor, step: "opened", inode: state.place }) }];
  }
  const inode = editor.inode ?? 0;
  const isGone = state.judged.includes(inode) && state.place !== inode;
  const isLookedAt = protocol === "compare" && (state.writers.includes("rename") || state.place !== inode);
  return [
    {
      ...state,
      inodes: state.inodes.with(inode, text),
      editors: state.editors.with(index, { ...editor, step: "saved", inWindow: isGone || isLookedAt }),
    },
  ];
}

/** What one process makes of a state when nobody else is alive: the edits that are then nowhere. */
function lostEdits(state: State): readonly EditorState[] {
  const kept = new Set(state.kept);
  let { place } = state;
  if (state.isCommitted && state.staged !== null) {
    if (isForeign(state, place)) {
      kept.add(place);
    }
    place = state.staged;
  }
  for (const inode of state.asides) {
    if (isForeign(state, inode)) {
      kept.add(inode);
    }
  }
  const there = new Set([place, ...kept].map((inode) => contentOf(state, inode)));
  return state.editors.filter(({ step }, index) => {
    // A later edit of the same file by another editor replaces the first one; that is between the two of them.
    const isOverwritten = state.editors.some((other, place) => place !== index && other.step === "saved");
    return step === "saved" && !there.has(`edit ${index}`) && !isOverwritten;
  });
}
