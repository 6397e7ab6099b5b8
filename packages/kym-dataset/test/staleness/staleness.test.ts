import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CurrentInputs,
  type CurrentProvenance,
  decideStaleness,
  decideStalenessFromHashes,
  type LedgerEntry,
  type RecordedIndex,
} from "../../src/staleness/index.ts";

const ENTRY: LedgerEntry = {
  imageId: "a",
  analysisVersion: "lab.x@1",
  paramsHash: "params",
  inputsSha256: "inputs",
  sourcesSha256: "sources",
  contextSha256: "context",
  roisSha256: "rois",
  nRows: 2,
  indexedEpochNs: 1n,
};
const ROWS = { count: 2, provenance: { analysisVersion: "lab.x@1", paramsHash: "params" } };
const RECORDED: RecordedIndex = { entry: ENTRY, rows: ROWS, hasSchema: true };
const CURRENT: CurrentInputs = {
  analysisVersion: "lab.x@1",
  inputsSha256: "inputs",
  sourcesSha256: "sources",
};
const PROVENANCE: CurrentProvenance = { paramsHash: "params", contextSha256: "context", roisSha256: "rois" };
const NO_ROWS = { count: 0, provenance: undefined };
const UNRECORDED: RecordedIndex = { ...RECORDED, entry: undefined };

interface Case {
  readonly name: string;
  readonly recorded?: RecordedIndex;
  readonly current?: Partial<CurrentInputs>;
  readonly provenance?: Partial<CurrentProvenance>;
  readonly decision: string;
  /** True if nothing has to be read for it. */
  readonly fromHashes: boolean;
}

const OTHER_SOURCES = { sourcesSha256: "other" };

const CASES: readonly Case[] = [
  { name: "nothing changed", decision: "fresh: sources_unchanged", fromHashes: true },
  {
    name: "(1) the inputs are gone",
    current: { inputsSha256: undefined },
    decision: "not_analysed: no_inputs",
    fromHashes: true,
  },
  {
    name: "(1) nothing was ever there",
    recorded: { ...UNRECORDED, rows: NO_ROWS },
    current: { inputsSha256: undefined },
    decision: "not_analysed: no_inputs",
    fromHashes: true,
  },
  {
    name: "(2) another version",
    current: { analysisVersion: "lab.x@2" },
    decision: "stale: version_changed",
    fromHashes: true,
  },
  {
    name: "(2) other inputs under the same params",
    current: { inputsSha256: "other" },
    decision: "stale: inputs_changed",
    fromHashes: true,
  },
  {
    name: "(4) other sources, the same params and context",
    current: OTHER_SOURCES,
    decision: "fresh: provenance_unchanged",
    fromHashes: false,
  },
  {
    name: "(4) other params",
    current: OTHER_SOURCES,
    provenance: { paramsHash: "other" },
    decision: "stale: params_changed",
    fromHashes: false,
  },
  {
    name: "(4) another context",
    current: OTHER_SOURCES,
    provenance: { contextSha256: "other" },
    decision: "stale: context_changed",
    fromHashes: false,
  },
  {
    name: "(4) ROIs that are elsewhere",
    current: OTHER_SOURCES,
    provenance: { contextSha256: "other", roisSha256: "other" },
    decision: "stale: roi_changed",
    fromHashes: false,
  },
  {
    name: "(4) another context, and an entry that knows no ROIs",
    recorded: { ...RECORDED, entry: { ...ENTRY, roisSha256: null } },
    current: OTHER_SOURCES,
    provenance: { contextSha256: "other" },
    decision: "stale: context_changed",
    fromHashes: false,
  },
  {
    name: "(4) another context of an indexer that names no ROIs",
    current: OTHER_SOURCES,
    provenance: { contextSha256: "other", roisSha256: null },
    decision: "stale: context_changed",
    fromHashes: false,
  },
  {
    name: "never indexed",
    recorded: { ...UNRECORDED, rows: NO_ROWS },
    decision: "stale: never_indexed",
    fromHashes: true,
  },
  {
    name: "zero rows, on record",
    recorded: { ...RECORDED, entry: { ...ENTRY, nRows: 0 }, rows: NO_ROWS },
    decision: "fresh: sources_unchanged",
    fromHashes: true,
  },
  {
    name: "rows were lost",
    recorded: { ...RECORDED, rows: NO_ROWS },
    decision: "stale: rows_differ",
    fromHashes: true,
  },
  {
    name: "as many rows, of another run",
    recorded: {
      ...RECORDED,
      rows: { count: 2, provenance: { analysisVersion: "lab.x@1", paramsHash: "other" } },
    },
    decision: "stale: rows_differ",
    fromHashes: true,
  },
  {
    name: "the table has other columns",
    recorded: { ...RECORDED, hasSchema: false },
    decision: "stale: schema_changed",
    fromHashes: true,
  },
  {
    name: "rows of the Python system, hash and version agree",
    recorded: { ...UNRECORDED, hasSchema: false },
    decision: "fresh: rows_agree",
    fromHashes: false,
  },
  {
    name: "rows of the Python system, another hash",
    recorded: UNRECORDED,
    provenance: { paramsHash: "other" },
    decision: "stale: params_changed",
    fromHashes: false,
  },
  {
    name: "rows of the Python system, another version",
    recorded: {
      ...UNRECORDED,
      rows: { count: 1, provenance: { analysisVersion: "lab.x@0", paramsHash: "params" } },
    },
    decision: "stale: version_changed",
    fromHashes: true,
  },
  {
    name: "rows of the Python system that disagree",
    recorded: { ...UNRECORDED, rows: { count: 2, provenance: undefined } },
    decision: "stale: rows_differ",
    fromHashes: true,
  },
];

test.each(CASES)("$name: $decision", ({ recorded = RECORDED, decision, fromHashes, ...changes }) => {
  const current = { ...CURRENT, ...changes.current };
  const found = decideStaleness(recorded, current, { ...PROVENANCE, ...changes.provenance });
  expect(`${found.state}: ${found.because}`).toBe(decision);
  expect(decideStalenessFromHashes(recorded, current)).toEqual(fromHashes ? found : undefined);
});

const word = fc.constantFrom("a", "b");
const recordedIndex: fc.Arbitrary<RecordedIndex> = fc.record({
  entry: fc.option(
    fc.record({
      imageId: fc.constant("a"),
      analysisVersion: word,
      paramsHash: word,
      inputsSha256: word,
      sourcesSha256: word,
      contextSha256: word,
      roisSha256: fc.option(word),
      nRows: fc.nat(2),
      indexedEpochNs: fc.bigInt(),
    }),
    { nil: undefined },
  ),
  rows: fc.oneof(
    fc.constant(NO_ROWS),
    fc.record({
      count: fc.integer({ min: 1, max: 2 }),
      provenance: fc.option(fc.record({ analysisVersion: word, paramsHash: word }), { nil: undefined }),
    }),
  ),
  hasSchema: fc.boolean(),
});

test("fresh means: there are inputs, and nothing that is known of them differs", () => {
  fc.assert(
    fc.property(
      recordedIndex,
      word,
      fc.option(word, { nil: undefined }),
      word,
      word,
      word,
      fc.option(word),
      (recorded, ...now) => {
        const [analysisVersion, inputsSha256, sourcesSha256, paramsHash, contextSha256, roisSha256] = now;
        const current = { analysisVersion, inputsSha256, sourcesSha256 };
        const { state } = decideStaleness(recorded, current, { paramsHash, contextSha256, roisSha256 });
        const { entry, rows } = recorded;
        expect(state === "not_analysed").toBe(inputsSha256 === undefined);
        if (state === "fresh") {
          expect(inputsSha256).toBeDefined();
          expect(entry?.analysisVersion ?? rows.provenance?.analysisVersion).toBe(analysisVersion);
          expect(entry?.inputsSha256 ?? inputsSha256).toBe(inputsSha256);
          expect(entry?.nRows ?? rows.count).toBe(rows.count);
          if (entry === undefined || entry.sourcesSha256 !== sourcesSha256) {
            expect(entry?.paramsHash ?? rows.provenance?.paramsHash).toBe(paramsHash);
            expect(entry?.contextSha256 ?? contextSha256).toBe(contextSha256);
          }
        }
      },
    ),
  );
});
