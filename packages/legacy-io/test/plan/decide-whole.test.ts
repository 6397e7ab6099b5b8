import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Attempt,
  afterAttempts,
  afterLook,
  type DueScan,
  type Look,
  NOTHING_SEEN,
  type Seen,
  type SeenFile,
  type WatchState,
} from "../../src/plan/decide-whole.ts";

const SETTLE_MS = 5000;

/** A file whose times are those of its last change, in seconds. */
function file(relPath: string, sizeBytes: number, changedS: number): SeenFile {
  const ns = BigInt(changedS) * 1_000_000_000n;
  return { relPath, sizeBytes, mtimeNs: ns, ctimeNs: ns };
}

function scan(path: string, sizeBytes: number, changedS: number, sidecars: readonly SeenFile[] = []) {
  return { path, images: [file(path, sizeBytes, changedS)], sidecars };
}

/** Looks one after another, each at its second, and says which scans each finds due. Every due scan ends as `attempt`. */
function dueAt(
  looks: readonly (readonly [atS: number, ...scans: Look["scans"][number][]])[],
  attempt: Attempt = "open",
): readonly (readonly string[])[] {
  let state: WatchState = NOTHING_SEEN;
  return looks.map(([atS, ...scans]) => {
    const seen = afterLook(
      state,
      { startedMs: atS * 1000, endedMs: atS * 1000, scans },
      { settleMs: SETTLE_MS },
    );
    const tried = seen.due.map((one) => ({ scan: one, attempt }));
    state = afterAttempts(seen.state, tried, atS * 1000 + 10_000);
    return seen.due.map(({ path }) => path);
  });
}

describe("whether a scan is whole", () => {
  it("a scan is due once two looks 5 s apart found it the same, and not before", () => {
    const same = scan("a.tif", 10, 1);
    expect(
      dueAt([
        [0, same],
        [2.5, same],
        [4.9, same],
        [5, same],
      ]),
    ).toEqual([[], [], [], ["a.tif"]]);
  });

  it("the time begins anew with another size, modification time or change time", () => {
    const base = file("a.tif", 10, 1);
    const changes: readonly Partial<SeenFile>[] = [{ sizeBytes: 11 }, { mtimeNs: 7n }, { ctimeNs: 7n }];
    for (const change of changes) {
      const before = { path: "a.tif", images: [base], sidecars: [] };
      const after = { ...before, images: [{ ...base, ...change }] };
      expect(
        dueAt([
          [0, before],
          [4, after],
          [6, after],
          [9, after],
        ]),
      ).toEqual([[], [], [], ["a.tif"]]);
    }
  });

  it("the time counts from the end of the first look to the beginning of the last", () => {
    const look = (startedMs: number): Look => ({
      startedMs,
      endedMs: startedMs + 2000,
      scans: [scan("a.tif", 10, 1)],
    });
    const first = afterLook(NOTHING_SEEN, look(0), { settleMs: SETTLE_MS });
    expect(afterLook(first.state, look(6000), { settleMs: SETTLE_MS }).due).toEqual([]);
    expect(afterLook(first.state, look(7000), { settleMs: SETTLE_MS }).due).toHaveLength(1);
  });

  it("one look is never enough, even without a time to settle", () => {
    const seen = afterLook(
      NOTHING_SEEN,
      { startedMs: 0, endedMs: 0, scans: [scan("a.tif", 10, 1)] },
      { settleMs: 0 },
    );
    expect([seen.due, seen.waiting]).toEqual([[], ["a.tif"]]);
  });

  it("a scan with an empty TIFF waits, also if only one of its channels is empty", () => {
    const images = [file("a_C001T001.tif", 10, 1), file("a_C002T001.tif", 0, 1)];
    const twoChannels = { path: "a_C001T001.tif", images, sidecars: [] };
    expect(
      dueAt([
        [0, scan("b.tif", 0, 1), twoChannels],
        [99, scan("b.tif", 0, 1), twoChannels],
      ]),
    ).toEqual([[], []]);
  });

  it("a sidecar that changes is waited for, and left out when the TIFF has been whole for 15 s", () => {
    const at = (second: number): [number, Look["scans"][number]] => [
      second,
      scan("a.tif", 10, 1, [file("a.json", 5, second)]),
    ];
    expect(dueAt([at(0), at(5), at(14), at(15)])).toEqual([[], [], [], ["a.tif"]]);
  });

  it("a sidecar that comes after the scan was ingested makes it due again, once", () => {
    const alone = scan("a.tif", 10, 1);
    const both = scan("a.tif", 10, 1, [file("a.json", 5, 9)]);
    expect(
      dueAt(
        [
          [0, alone],
          [5, alone],
          [9, both],
          [14, both],
          [20, both],
        ],
        "done",
      ),
    ).toEqual([[], ["a.tif"], [], ["a.tif"], []]);
  });

  it("a broken scan is tried again when it changes, and not before", () => {
    const broken = scan("a.tif", 10, 1);
    const mended = scan("a.tif", 12, 30);
    const looks = [
      [0, broken],
      [5, broken],
      [99, broken],
      [100, mended],
      [105, mended],
    ] as const;
    expect(dueAt(looks, "broken")).toEqual([[], ["a.tif"], [], [], ["a.tif"]]);
  });

  it("a scan that another program keeps from being read is tried again later without a change", () => {
    const held = scan("a.tif", 10, 1);
    expect(
      dueAt(
        [
          [0, held],
          [5, held],
          [14, held],
          [15, held],
        ],
        "blocked",
      ),
    ).toEqual([[], ["a.tif"], [], ["a.tif"]]);
  });

  it("scans are due in the order in which their TIFFs became whole", () => {
    const [old, young] = [scan("z.tif", 10, 1), scan("a.tif", 10, 2)];
    expect(
      dueAt([
        [0, old],
        [2, young, old],
        [9, young, old],
      ]).at(-1),
    ).toEqual(["z.tif", "a.tif"]);
  });

  it("a folder is quiet since the last look at which a file came, changed or went", () => {
    const quietSince = (looks: readonly (readonly [number, ...Look["scans"][number][]])[]): number =>
      looks.reduce((state, [atMs, ...scans]) => {
        return afterLook(state, { startedMs: atMs, endedMs: atMs, scans }, { settleMs: SETTLE_MS }).state;
      }, NOTHING_SEEN).quietSinceMs;
    const [a, b] = [scan("a.tif", 10, 1), scan("b.tif", 10, 1)];
    expect(
      quietSince([
        [1, a],
        [2, a],
        [3, a],
      ]),
    ).toBe(1);
    expect(
      quietSince([
        [1, a],
        [2, a, b],
        [3, a, b],
      ]),
    ).toBe(2);
    expect(
      quietSince([
        [1, a, b],
        [2, a],
        [3, a],
      ]),
    ).toBe(2);
    expect(
      quietSince([
        [1, a],
        [2, b],
        [3, b],
      ]),
    ).toBe(2);
  });
});

/** What a writer does to a file, and how long it waits before that. */
const STEPS = fc.array(
  fc.record({
    waitMs: fc.integer({ min: 0, max: 8000 }),
    name: fc.constantFrom("a", "b", "c"),
    what: fc.constantFrom("grow", "rewrite", "touch", "remove", "sidecar", "look", "look", "look"),
    attempt: fc.constantFrom<Attempt>("done", "done", "broken", "blocked", "open"),
  }),
  { maxLength: 60 },
);

describe("for any writer, any looks and any outcomes", () => {
  /** Plays the steps. `onLook` gets each look, what it showed, and the history of each file up to it. */
  const play = (
    steps: readonly (typeof STEPS extends fc.Arbitrary<(infer Step)[]> ? Step : never)[],
    onLook: (seen: Seen, nowMs: number, files: ReadonlyMap<string, SeenFile>) => void,
    attempts: (due: DueScan, attempt: Attempt) => Attempt = (_, attempt) => attempt,
  ): {
    readonly state: WatchState;
    readonly nowMs: number;
    readonly files: ReadonlyMap<string, SeenFile>;
  } => {
    let [nowMs, clock] = [1, 1];
    let state: WatchState = NOTHING_SEEN;
    const files = new Map<string, SeenFile>();
    for (const { waitMs, name, what, attempt } of steps) {
      nowMs += waitMs;
      const [tif, json] = [`${name}.tif`, `${name}.json`];
      const size = files.get(tif)?.sizeBytes ?? 0;
      switch (what) {
        case "grow":
          files.set(tif, file(tif, size + 1, ++clock));
          break;
        case "rewrite":
        case "touch":
          files.set(tif, file(tif, size, ++clock));
          break;
        case "remove":
          files.delete(tif);
          break;
        case "sidecar":
          files.set(json, file(json, 5, ++clock));
          break;
        default: {
          nowMs += 1;
          const seen = afterLook(state, lookOf(files, nowMs), { settleMs: SETTLE_MS });
          onLook(seen, nowMs, files);
          const tried = seen.due.map((one) => ({ scan: one, attempt: attempts(one, attempt) }));
          state = afterAttempts(seen.state, tried, nowMs + 10_000);
        }
      }
    }
    return { state, nowMs, files };
  };
  const lookOf = (files: ReadonlyMap<string, SeenFile>, atMs: number): Look => ({
    startedMs: atMs,
    endedMs: atMs,
    scans: ["a", "b", "c"].flatMap((name) => {
      const [tif, json] = [files.get(`${name}.tif`), files.get(`${name}.json`)];
      return tif === undefined
        ? []
        : [{ path: tif.relPath, images: [tif], sidecars: json === undefined ? [] : [json] }];
    }),
  });

  it("a scan is due only if every look of the last 5 s found its TIFF the same and not empty", () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const looks: { readonly nowMs: number; readonly files: ReadonlyMap<string, SeenFile> }[] = [];
        play(steps, ({ due }, nowMs, files) => {
          looks.push({ nowMs, files: new Map(files) });
          for (const { path } of due) {
            const now = files.get(path);
            expect(now?.sizeBytes).toBeGreaterThan(0);
            const reversed = looks.toReversed();
            const other = reversed.findIndex((look) => look.files.get(path) !== now);
            const same = other < 0 ? reversed : reversed.slice(0, other);
            expect(nowMs - (same.at(-1)?.nowMs ?? nowMs)).toBeGreaterThanOrEqual(SETTLE_MS);
          }
        });
      }),
    );
  });

  it("no state of a scan is due again once it is done or broken, as long as the scan stays in the folder", () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const ended = new Map<string, string>();
        play(
          steps,
          ({ due }, _, files) => {
            for (const path of [...ended.keys()].filter((known) => !files.has(known))) {
              ended.delete(path);
            }
            for (const { path, state } of due) {
              expect(ended.get(path)).not.toBe(state);
            }
          },
          ({ path, state }, attempt) => {
            if (attempt === "done" || attempt === "broken") {
              ended.set(path, state);
            } else {
              ended.delete(path);
            }
            return attempt;
          },
        );
      }),
    );
  });

  it("when the writer stops, each scan that is not empty is done in its last state after two more looks", () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const done = new Map<string, string>();
        const note = ({ path, state }: DueScan): Attempt => {
          done.set(path, state);
          return "done";
        };
        const { state: before, nowMs, files } = play(steps, () => undefined, note);
        let state = before;
        for (const atMs of [nowMs + 1, nowMs + 20_000]) {
          const seen = afterLook(state, lookOf(files, atMs), { settleMs: SETTLE_MS });
          state = afterAttempts(
            seen.state,
            seen.due.map((one) => ({ scan: one, attempt: note(one) })),
            0,
          );
        }
        const last = afterLook(state, lookOf(files, nowMs + 40_000), { settleMs: SETTLE_MS });
        const tiffs = [...files.values()].filter(({ relPath }) => relPath.endsWith(".tif"));
        expect(last.due).toEqual([]);
        expect(last.waiting).toEqual(
          tiffs
            .filter(({ sizeBytes }) => sizeBytes === 0)
            .map(({ relPath }) => relPath)
            .toSorted(),
        );
        for (const { relPath, sizeBytes, mtimeNs } of tiffs.filter((one) => one.sizeBytes > 0)) {
          expect(done.get(relPath)).toContain(`${sizeBytes} ${mtimeNs}`);
        }
      }),
    );
  });
});
