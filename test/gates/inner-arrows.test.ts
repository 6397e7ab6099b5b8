// Checks that the folders within a package depend on each other in one direction.

import { posix } from "node:path";
import { expect, test } from "vitest";
import { type ImportGraph, importGraph } from "./source/import-graph.ts";
import { readSourceTree, sourceTree } from "./source/source-tree.ts";

/** For each folder with subfolders, what each of them may import from its neighbours, from the bottom to the top. */
type Arrows = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const ARROWS: Arrows = {
  "apps/cli/src": {
    screen: [],
    terminal: ["screen"],
    arguments: ["screen", "terminal"],
    sql: ["terminal", "arguments"],
    blind: ["terminal"],
    study: ["screen", "terminal", "arguments", "sql", "blind"],
    output: ["terminal", "arguments"],
    changes: ["screen", "terminal", "study", "blind"],
    figure: ["screen"],
    report: ["terminal", "arguments", "study", "blind"],
    page: ["terminal", "figure", "report"],
    commands: [
      "screen",
      "terminal",
      "arguments",
      "sql",
      "study",
      "blind",
      "output",
      "changes",
      "figure",
      "report",
      "page",
    ],
  },
  "apps/cli/src/commands": {
    analyze: ["index"],
    check: [],
    compare: [],
    completion: [],
    doctor: [],
    edit: [],
    history: [],
    copies: ["history"],
    index: [],
    ingest: ["index"],
    ls: ["index"],
    plot: [],
    query: [],
    random: ["edit"],
    report: ["ingest", "plot"],
    resolve: [],
    roi: [],
    show: ["index", "plot"],
    watch: ["ingest"],
  },
  "apps/cli/src/page": {
    picture: [],
    sections: ["picture"],
    browser: ["picture"],
  },
  "apps/demos/src": {
    simulator: [],
    transcript: [],
    compare: ["simulator", "transcript"],
    "main-job": ["simulator", "transcript", "compare"],
    picture: ["simulator"],
  },
  "apps/demos/src/simulator": {
    analysis: [],
    files: ["analysis"],
  },
  "packages/flow/src": {
    plane: [],
    statistics: [],
    radon: ["plane", "statistics"],
    lspiv: ["plane"],
    cleaning: ["plane", "statistics"],
    events: ["statistics"],
    "heart-rate": ["statistics", "events"],
    diameter: ["plane", "statistics"],
  },
  "packages/flow/src/radon": {
    angles: [],
    kernel: [],
  },
  "packages/view/src": {
    axes: [],
    palettes: [],
    kernel: [],
    pixels: ["kernel"],
    marks: ["axes", "pixels"],
    stored: ["pixels"],
    styles: ["palettes"],
  },
  "packages/viewer-elements/src": {
    model: [],
    screen: ["model"],
    shell: ["model"],
    image: ["model", "screen", "shell"],
    trace: ["model", "screen", "shell", "image"],
    dataset: ["model", "shell"],
    node: [],
  },
  "packages/kym-dataset/src": {
    table: [],
    indexer: ["table"],
    agreement: ["indexer"],
    pull: ["table", "indexer"],
    image: ["indexer"],
    analyze: ["indexer", "image"],
    node: ["analyze"],
    sources: [],
    indexers: ["indexer"],
    migrate: ["image"],
    staleness: ["table", "indexer", "indexers"],
    run: ["table", "indexer", "staleness"],
    view: ["indexer", "indexers", "staleness"],
    copies: ["agreement", "pull"],
    "first-generation": ["indexers"],
    statistics: [],
  },
  "packages/kym-dataset/src/analyze": {
    compute: [],
    plan: ["compute"],
  },
  "packages/kym-dataset/src/indexers": {
    events: [],
    "first-generation": [],
    flow: [],
    radon: ["events"],
  },
  "packages/kym-schema/src": {
    events: [],
    metadata: [],
    provenance: [],
    radon: ["metadata"],
    merge: ["metadata"],
    calibration: ["metadata", "radon"],
    flow: ["metadata", "radon"],
    keys: ["metadata", "provenance", "radon"],
    acqstore: [],
    tables: ["acqstore", "events", "radon"],
  },
  "packages/legacy-io/src": {
    tiff: [],
    formats: ["tiff"],
    folder: ["formats"],
    readers: ["tiff", "formats", "folder"],
    plan: ["folder", "readers"],
    content: ["folder", "tiff", "formats"],
    ngff: ["tiff", "formats"],
    export: ["folder", "tiff", "formats", "ngff"],
    node: ["folder", "plan", "tiff", "formats", "readers", "content", "export", "ngff"],
  },
  "packages/legacy-io/src/content": {
    rois: [],
    recordings: [],
    acqstore: ["rois"],
  },
  "packages/legacy-io/src/export": {
    kymflow: [],
    ngff: [],
    acqstore: ["ngff"],
  },
  "packages/legacy-io/src/folder": {
    paths: [],
    recordings: [],
  },
  "packages/legacy-io/src/formats": {
    json: [],
    olympus: [],
    kymflow: ["json"],
    rois: [],
    acqstore: ["json", "rois"],
    prairie: [],
    "femtonics-mesc": [],
    "leica-lif": [],
    "picoquant-ptu": [],
    czi: [],
    "evident-oir": [],
    "olympus-oif": ["evident-oir"],
    sidecars: ["acqstore", "json", "olympus", "kymflow", "prairie", "rois"],
  },
  "packages/legacy-io/src/formats/femtonics-mesc": {
    hdf5: [],
  },
  "packages/legacy-io/src/node": {
    tiff: [],
    files: ["tiff"],
    export: ["tiff", "files"],
    recordings: ["tiff", "files", "scan"],
    ngff: ["tiff", "files"],
    read: ["tiff", "files", "ngff", "recordings"],
    restore: ["tiff", "files", "export", "ngff", "read", "update"],
    scan: ["tiff", "files", "ngff"],
    stores: ["tiff", "files", "recordings", "scan"],
    update: ["files", "read", "scan"],
    resolve: ["files", "scan", "update"],
    threads: ["tiff", "files", "read"],
    ingest: ["files", "ngff", "read", "recordings", "resolve", "restore", "scan", "threads", "update"],
    heal: ["files", "read", "recordings", "scan", "ingest"],
    watch: ["ingest", "recordings", "restore", "scan", "update"],
  },
  "packages/legacy-io/src/tiff": {
    codecs: [],
    descriptions: [],
    axes: ["descriptions", "pixels"],
    header: ["descriptions"],
    page: ["codecs", "header"],
    pixels: ["codecs", "descriptions", "header", "page"],
    write: ["header", "descriptions"],
  },
  "packages/legacy-io/src/tiff/codecs": {
    ccitt: [],
    lzw: [],
  },
  "packages/roi/src": {
    shapes: [],
    geometry: ["shapes"],
    edit: ["shapes", "geometry"],
    exchange: ["shapes", "geometry", "edit"],
    pixels: ["shapes", "geometry", "edit"],
    geojson: ["exchange"],
    imagej: ["exchange"],
  },
  "packages/roi/src/exchange": {
    zip: [],
    imagej: ["zip"],
  },
  "packages/roi/src/exchange/imagej": {
    kinds: [],
    kept: [],
  },
  "packages/zarr-store/src": {
    bytes: [],
    codecs: ["bytes"],
    json: [],
    runtime: ["codecs", "json"],
    array: ["bytes", "codecs", "json", "runtime"],
    store: ["runtime"],
    commit: ["bytes", "json", "runtime", "store"],
    zip: ["bytes", "runtime", "store"],
    http: ["runtime", "store", "commit", "zip"],
    table: ["bytes", "codecs", "json"],
    image: ["json", "runtime", "array", "table"],
    dataset: ["bytes", "json", "runtime", "array", "store", "commit", "http", "table", "image"],
    layout: ["commit", "dataset", "image"],
    node: ["codecs", "runtime", "store", "commit", "zip", "http", "table", "dataset"],
    testing: ["json", "array", "store", "table", "image"],
  },
  "packages/zarr-store/src/array": {
    chunks: [],
    codecs: ["chunks"],
    metadata: ["chunks", "codecs"],
  },
  "packages/zarr-store/src/commit": {
    records: [],
    lock: ["records"],
    log: ["records"],
    seen: ["records"],
    foreign: ["log"],
    publish: ["records", "lock", "log", "foreign"],
    claim: ["records", "publish"],
    write: ["records", "log", "foreign", "claim"],
    history: ["records", "log", "foreign", "write"],
    copy: ["records", "log", "foreign", "history"],
    maintain: ["records", "log", "lock", "seen", "foreign", "publish", "claim", "write", "history"],
  },
  "packages/zarr-store/src/dataset": {
    nodes: [],
    tables: [],
    session: ["nodes", "tables"],
    copies: ["session"],
    record: ["nodes", "session", "tables"],
    maintain: ["nodes", "session", "tables", "record"],
    undo: ["nodes", "session", "tables", "record"],
  },
  "packages/zarr-store/src/node": {
    local: [],
    zip: ["local"],
    runtime: [],
    workers: ["local", "runtime"],
  },
  "packages/zarr-store/src/table": {
    columns: [],
    rows: ["columns"],
    csv: ["rows"],
    parquet: ["columns", "rows"],
    reading: ["rows", "csv", "parquet"],
    lazy: ["rows"],
  },
  "packages/zarr-store/src/table/csv": {
    scan: [],
    foreign: ["scan"],
  },
};

/** Imports against the arrows, as `folder: from → to`, with the reason. `from` and `to` may be files in the folder. */
const UP: ReadonlyMap<string, string> = new Map([
  [
    "packages/legacy-io/src/node: update → ingest",
    "an update stores a new image as an ingest does, and an ingest ends with the updates of its folder",
  ],
  [
    "packages/legacy-io/src/node: restore → ingest",
    "the options of an ingest, which restores an export as well",
  ],
  [
    "packages/zarr-store/src/commit: commit-engine.ts → maintain",
    "the plan of a collection, which ends with a commit",
  ],
  ["packages/zarr-store/src/dataset: nodes → session", "the type of what reads objects"],
  ["packages/zarr-store/src/dataset: nodes → manifest.ts", "the manifest's entries stand in a checkpoint"],
]);

/** An import between two children, files or folders, of the innermost folder that holds both ends. */
interface Arrow {
  readonly folder: string;
  readonly from: string;
  readonly to: string;
}

function arrowsOf(graph: ImportGraph): readonly Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const [path, targets] of graph) {
    for (const target of targets) {
      const arrow = arrowOf(path, target);
      arrows.set(said(arrow), arrow);
    }
  }
  return [...arrows.values()].filter(({ from, to }) => from !== to);
}

function arrowOf(path: string, target: string): Arrow {
  const from = path.split("/");
  const to = target.split("/");
  const shared = from.findIndex((part, at) => part !== to[at]);
  const at = shared < 0 ? from.length - 1 : shared;
  return { folder: from.slice(0, at).join("/"), from: from[at] ?? "", to: to[at] ?? "" };
}

function said({ folder, from, to }: Arrow): string {
  return `${folder}: ${from} → ${to}`;
}

function isFile(name: string): boolean {
  return name.endsWith(".ts");
}

/** Folders with a folder beside them: those that the table describes. */
function neighbours(graph: ImportGraph): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, Set<string>>();
  for (const path of graph.keys()) {
    const [, home = "", below = ""] = /^(.*?\/src)\/(.*)$/.exec(path) ?? [];
    const parts = below.split("/").slice(0, -1);
    for (const [at, part] of parts.entries()) {
      const folder = posix.join(home, ...parts.slice(0, at));
      children.set(folder, (children.get(folder) ?? new Set()).add(part));
    }
  }
  return new Map(
    [...children].filter(([, names]) => names.size > 1).map(([folder, names]) => [folder, [...names]]),
  );
}

function innerArrowProblems(
  graph: ImportGraph,
  table: Arrows,
  up: ReadonlyMap<string, string>,
): readonly string[] {
  const arrows = arrowsOf(graph);
  const down = arrows.filter((arrow) => !up.has(said(arrow)));
  const listed = neighbours(graph);
  const missing = [...listed].flatMap(([folder, names]) =>
    names
      .filter((name) => table[folder]?.[name] === undefined)
      .map((name) => `${folder}/${name}: is not in the table`),
  );
  const against = down
    .filter(
      ({ from, to, folder }) =>
        !(isFile(from) || isFile(to)) && table[folder]?.[from]?.includes(to) === false,
    )
    .map((arrow) => `${said(arrow)} is no arrow of the table`);
  const unused = Object.entries(table).flatMap(([folder, rooms]) =>
    Object.entries(rooms).flatMap(([from, allowed]) =>
      allowed
        .map((to) => said({ folder, from, to }))
        .filter((name) => !arrows.some((arrow) => said(arrow) === name))
        .map((name) => `${name} is in the table, and nobody needs it`),
    ),
  );
  const outlived = [...up.keys()].filter((name) => !arrows.some((arrow) => said(arrow) === name));
  return [
    ...missing,
    ...against,
    ...unused,
    ...circles(down),
    ...outlived.map((name) => `${name}: is no more`),
  ];
}

/** Arrows that are part of a cycle, including those of files beside the folders. */
function circles(arrows: readonly Arrow[]): readonly string[] {
  const reaches = (from: Arrow, wanted: string, seen: Set<string>): boolean =>
    from.to === wanted ||
    arrows.some((next) => {
      const key = said(next);
      if (next.folder !== from.folder || next.from !== from.to || seen.has(key)) {
        return false;
      }
      seen.add(key);
      return reaches(next, wanted, seen);
    });
  return arrows
    .filter((arrow) => !(isFile(arrow.from) && isFile(arrow.to)) && reaches(arrow, arrow.from, new Set()))
    .map((arrow) => `${said(arrow)} closes a circle`);
}

/** What the files of a folder import from the same package, directly or not, outside the given places. */
function importedFromElsewhere(
  graph: ImportGraph,
  folder: string,
  places: readonly string[],
): readonly string[] {
  const own = [...graph.keys()].filter((path) => path.startsWith(`${folder}/`));
  const reached = new Set(own);
  for (const path of reached) {
    for (const target of graph.get(path) ?? []) {
      reached.add(target);
    }
  }
  return [...reached].filter(
    (path) => !places.some((place) => path === place || path.startsWith(`${place}/`)),
  );
}

const GRAPH = importGraph(readSourceTree());
const LEGACY = "packages/legacy-io/src";

test("the folders of a package import each other only along the arrows, and never in a circle", () => {
  expect(innerArrowProblems(GRAPH, ARROWS, UP)).toEqual([]);
});

test("the entry for TIFFs has nothing of the rest of legacy-io but errors", () => {
  const places = [`${LEGACY}/tiff`, `${LEGACY}/errors.ts`];
  expect(GRAPH.has(`${LEGACY}/tiff/index.ts`)).toBe(true);
  expect(importedFromElsewhere(GRAPH, `${LEGACY}/tiff`, places)).toEqual([]);
});

test("an arrow against the table, one that nobody needs, a circle and a folder that is not listed are found", () => {
  const tree = sourceTree({
    "packages/roi/package.json": "{}",
    "packages/roi/src/edit/clamp.ts": `import "../shapes/rect.ts"; import "../errors.ts";`,
    "packages/roi/src/errors.ts": "",
    "packages/roi/src/shapes/rect.ts": `import type { P } from "../pixels/span.ts"; import "../set.ts";`,
    "packages/roi/src/shapes/fields/edges.ts": `import "../rect.ts";`,
    "packages/roi/src/pixels/span.ts": `import "../edit/clamp.ts";`,
    "packages/roi/src/set.ts": `import "./shapes/rect.ts";`,
    "packages/roi/src/zip/crc.ts": `import "../shapes/rect.ts";`,
  });
  const table = { "packages/roi/src": { shapes: [], edit: ["shapes"], pixels: ["shapes"], zip: ["shapes"] } };
  const up = new Map([
    ["packages/roi/src: shapes → pixels", "a type"],
    ["packages/roi/src: zip → edit", "gone"],
  ]);
  expect(innerArrowProblems(importGraph(tree), table, up)).toEqual([
    "packages/roi/src: pixels → edit is no arrow of the table",
    "packages/roi/src: pixels → shapes is in the table, and nobody needs it",
    "packages/roi/src: shapes → set.ts closes a circle",
    "packages/roi/src: set.ts → shapes closes a circle",
    "packages/roi/src: zip → edit: is no more",
  ]);
  expect(innerArrowProblems(importGraph(tree), {}, up)).toContain(
    "packages/roi/src/zip: is not in the table",
  );
});

test("what a folder imports of the rest of its package is found through other files", () => {
  const tree = sourceTree({
    "packages/roi/package.json": "{}",
    "packages/roi/src/tiff/index.ts": `export * from "./page.ts";`,
    "packages/roi/src/tiff/page.ts": `import "../bytes/swap.ts";`,
    "packages/roi/src/bytes/swap.ts": `import "../folder/name.ts";`,
    "packages/roi/src/folder/name.ts": "",
  });
  const places = ["packages/roi/src/tiff", "packages/roi/src/bytes"];
  expect(importedFromElsewhere(importGraph(tree), "packages/roi/src/tiff", places)).toEqual([
    "packages/roi/src/folder/name.ts",
  ]);
});
