import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { incomingAttachment } from "../../src/folder/incoming-attachment.ts";
import {
  type ArtifactConflict,
  decideArtifactChanges,
  type UpdateFacts,
} from "../../src/plan/decide-artifact-changes.ts";
import type { KnownSidecar } from "../../src/plan/known-acquisition.ts";

const QC = "analysis/qc.json";
const METADATA = "analysis/metadata.json";

const sidecar = (artifacts: Readonly<Record<string, string>>): KnownSidecar => ({
  sizeBytes: 1,
  mtimeNs: 1n,
  sha256: "file",
  artifacts: Object.entries(artifacts).map(([key, sha256]) => ({ key, sha256 })),
});

/** One sidecar `s` made `qc` as "old", which the dataset has; it says "new" now. */
const CHANGED: UpdateFacts = {
  made: [{ key: QC, sha256: "new", from: ["s"] }],
  known: new Map([["s", sidecar({ [QC]: "old" })]]),
  unsourced: new Map(),
  present: new Set(["s"]),
  changed: new Set(["s"]),
  unusable: new Set(),
  current: new Map([[QC, "old"]]),
  mergeable: new Set(),
};
const NOTHING = { write: [], same: [], merge: [], remove: [], conflicts: [] };
const EDITED: ArtifactConflict = { key: QC, cause: "edited", from: ["s"] };

describe("what a change beside an image does to its artifacts", () => {
  it.each<[string, Partial<UpdateFacts>, Partial<ReturnType<typeof decideArtifactChanges>>]>([
    ["a changed file replaces what it made", {}, { write: [QC] }],
    ["a file that did not change replaces nothing", { changed: new Set() }, {}],
    ["what was edited stays", { current: new Map([[QC, "mine"]]) }, { conflicts: [EDITED] }],
    ["what was deleted stays deleted", { current: new Map() }, { conflicts: [EDITED] }],
    ["what the dataset says too is only noted", { current: new Map([[QC, "new"]]) }, { write: [QC] }],
    [
      "what a file says as before is only noted, edited or not",
      { made: [{ key: QC, sha256: "old", from: ["s"] }], current: new Map([[QC, "mine"]]) },
      { same: [QC] },
    ],
    ["a new file makes what was not there", { known: new Map(), current: new Map() }, { write: [QC] }],
    ["a new file replaces nothing of the dataset's own", { known: new Map() }, { conflicts: [EDITED] }],
    [
      "a file that is shadowed now gives its artifact to the other",
      {
        made: [
          { key: QC, sha256: "new", from: ["t"] },
          { key: "attachments/s", sha256: "file", from: ["s"] },
        ],
        present: new Set(["s", "t"]),
        changed: new Set(["t"]),
      },
      { write: [QC, "attachments/s"] },
    ],
    [
      "what a file that is gone was needed for stays",
      {
        known: new Map([
          ["s", sidecar({ [QC]: "old" })],
          ["gone", sidecar({ [QC]: "old" })],
        ]),
      },
      { conflicts: [{ ...EDITED, cause: "source gone" }] },
    ],
    [
      "what a file that is broken now made stays, and is no conflict",
      {
        made: [{ key: "attachments/s", sha256: "broken", from: ["s"] }],
        unusable: new Set(["s"]),
      },
      { write: ["attachments/s"] },
    ],
    ["what no file makes any more goes", { made: [] }, { remove: [QC] }],
    [
      "what no file makes any more stays if it was edited",
      { made: [], current: new Map([[QC, "mine"]]) },
      { conflicts: [EDITED] },
    ],
    ["what a file that is gone made stays", { made: [], present: new Set(), changed: new Set() }, {}],
    [
      "an attachment stays when its file is understood at last",
      {
        known: new Map([["s", sidecar({ "attachments/s": "file" })]]),
        current: new Map([["attachments/s", "file"]]),
      },
      { write: [QC] },
    ],
    [
      "metadata that no file made is replaced as it was made",
      {
        made: [{ key: METADATA, sha256: "new", from: ["s"] }],
        known: new Map(),
        unsourced: new Map([[METADATA, "bare"]]),
        current: new Map([[METADATA, "bare"]]),
      },
      { write: [METADATA] },
    ],
    [
      "metadata that no file made stays if it was edited",
      {
        made: [{ key: METADATA, sha256: "new", from: ["s"] }],
        known: new Map(),
        unsourced: new Map([[METADATA, "bare"]]),
        current: new Map([[METADATA, "mine"]]),
      },
      { conflicts: [{ ...EDITED, key: METADATA }] },
    ],
    [
      "what was edited and can be merged is merged, with what came last",
      { current: new Map([[QC, "mine"]]), mergeable: new Set([QC]) },
      { merge: [{ key: QC, base: "old", from: ["s"] }] },
    ],
    [
      "what can be merged and was deleted stays deleted",
      { current: new Map(), mergeable: new Set([QC]) },
      { conflicts: [EDITED] },
    ],
  ])("%s", (_name, facts, expected) => {
    expect(decideArtifactChanges({ ...CHANGED, ...facts })).toEqual({ ...NOTHING, ...expected });
  });

  const array = { key: "analysis_arrays/a/m", sha256: undefined, from: ["s"] };
  const objects = {
    "analysis_arrays/a/m/data/c/0": "chunk",
    "analysis_arrays/a/m/data/zarr.json": "head",
  };
  const other = { "analysis_arrays/a/m2/data/c/0": "of another array" };
  it.each<[string, Readonly<Record<string, string>>, boolean]>([
    ["is replaced as it was made", { ...objects, ...other }, true],
    ["stays if a chunk was edited", { ...objects, "analysis_arrays/a/m/data/c/0": "mine" }, false],
    ["stays if a chunk came in", { ...objects, "analysis_arrays/a/m/data/c/1": "mine" }, false],
    ["stays if its shape is another", { ...objects, "analysis_arrays/a/m/data/zarr.json": "mine" }, false],
  ])("an array %s", (_name, current, isReplaced) => {
    const decision = decideArtifactChanges({
      ...CHANGED,
      made: [array],
      known: new Map([["s", sidecar(objects)]]),
      current: new Map(Object.entries(current)),
    });
    expect([decision.write, decision.conflicts.map(({ key }) => key)]).toEqual(
      isReplaced ? [[array.key], []] : [[], [array.key]],
    );
  });

  const dotted = {
    "analysis_arrays/a/m/data/c.0.1": "chunk",
    "analysis_arrays/a/m/data/zarr.json": "head of c.0.1",
  };
  const copied = {
    "analysis_arrays/a/m/data/c/0/1": "chunk",
    "analysis_arrays/a/m/data/zarr.json": "head of c/0/1",
  };
  it.each<[string, Readonly<Record<string, string>>, boolean]>([
    ["is replaced while it has dots", dotted, true],
    ["is replaced where a migration copied it without dots", copied, true],
    ["stays if it was copied and edited", { ...copied, "analysis_arrays/a/m/data/c/0/1": "mine" }, false],
    ["stays if it was copied and grew", { ...copied, "analysis_arrays/a/m/data/c/1/1": "mine" }, false],
    ["stays if its shape is another", { ...dotted, "analysis_arrays/a/m/data/zarr.json": "mine" }, false],
  ])("an array whose chunk keys had dots when it was made %s", (_name, current, isReplaced) => {
    const decision = decideArtifactChanges({
      ...CHANGED,
      made: [array],
      known: new Map([["s", sidecar(dotted)]]),
      current: new Map(Object.entries(current)),
    });
    expect(decision.write).toEqual(isReplaced ? [array.key] : []);
  });

  it("never writes or removes what was edited, nor touches what unchanged files make", () => {
    const files = ["s", "t", "u"];
    const keys = [QC, "analysis/radon/params.json", "attachments/a"];
    const hash = fc.constantFrom("1", "2");
    const some = fc.subarray(files);
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: fc.constantFrom(...keys), sha256: hash, from: some }), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...files), fc.dictionary(fc.constantFrom(...keys), hash)),
        some,
        some,
        some,
        fc.dictionary(fc.constantFrom(...keys), hash),
        fc.subarray(keys),
        (made, known, present, changed, unusable, current, mergeable) => {
          const facts: UpdateFacts = {
            made: [...new Map(made.map((artifact) => [artifact.key, artifact])).values()],
            known: new Map(Object.entries(known).map(([path, objects]) => [path, sidecar(objects)])),
            unsourced: new Map(),
            present: new Set(present),
            changed: new Set(changed),
            unusable: new Set(unusable),
            current: new Map(Object.entries(current)),
            mergeable: new Set(mergeable),
          };
          const { write, same, merge, remove, conflicts } = decideArtifactChanges(facts);
          const left = [...merge, ...conflicts];
          const all = [...write, ...same, ...remove, ...left.map(({ key }) => key)];
          expect(new Set(all).size, "each artifact is decided once").toBe(all.length);
          for (const key of [...write, ...remove]) {
            const stored = Object.values(known)
              .flatMap((of) => of[key] ?? [])
              .at(-1);
            const incoming = facts.made.find((artifact) => artifact.key === key)?.sha256;
            expect([stored, incoming], `${key} was not edited`).toContain(current[key]);
          }
          expect(mergeable).toEqual(expect.arrayContaining(merge.map(({ key }) => key)));
          for (const { from } of left) {
            expect(from.length).toBeGreaterThan(0);
            expect(changed).toEqual(expect.arrayContaining([...from]));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("the place of a file that replaces nothing", () => {
  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, string]>([
    ["is its name", {}, {}, "a.json"],
    ["is where the same bytes are", { "attachments/a.json": "new" }, {}, "a.json"],
    ["is not another's", { "attachments/a.json": "x" }, {}, "a~20~282~29.json"],
    [
      "is where the file was kept before",
      { "attachments/a.json": "x" },
      { "attachments/a.json": "x" },
      "a.json",
    ],
    [
      "is not where what was kept before was edited",
      { "attachments/a.json": "mine", "attachments/a~20~282~29.json": "y" },
      { "attachments/a.json": "x" },
      "a~20~283~29.json",
    ],
  ])("%s", (_name, current, before, expected) => {
    const kept = Object.entries(before).map(([key, sha256]) => ({ key, sha256 }));
    const found = incomingAttachment("a.json", "new", new Map(Object.entries(current)), kept);
    expect(found).toEqual({ name: expected, key: `attachments/${expected}` });
  });
});
