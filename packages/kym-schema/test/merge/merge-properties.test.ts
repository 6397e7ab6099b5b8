import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeMetadata, metadataChanges, resolveMetadata } from "../../src/merge/index.ts";

/** What one version says, by the name of the field: the model that the merge of documents is compared with. */
type Said = ReadonlyMap<string, string>;

const FIELDS = [
  "header.date_str",
  "header.laser",
  "experiment_metadata.condition",
  "experiment_metadata.note",
  'experiment_metadata["Tail length (mm)"]',
  "calibration",
  "accepted",
  "olympus_header",
  "scored_by",
  "roi:1",
  "roi:2",
  "roi:7",
] as const;

/** Values that differ from each other, and from what an absent field says. */
const VALUES = ["1", "2.50", "1771700000123456789", "1e-07", '"AngII"', "[1.0, 2]", '{"a": 1.0}'] as const;

/** Writes a version as a document. Values of one field are whole: none is an object of `header` or of the experiment. */
function documentOf(said: Said): string {
  const rois: string[] = [];
  const sections = { header: [] as string[], experiment_metadata: [] as string[] };
  const top: string[] = [];
  for (const [name, value] of said) {
    const [section = "", key] = name.split(/\.|(?=\[)/);
    if (name === "calibration") {
      sections.header.push(
        `"voxels": [${VALUES.indexOf(value as "1")}, 0.2840], "voxels_units": ["s", "um"]`,
      );
    } else if (name.startsWith("roi:")) {
      rois.push(`{ "roi_id": ${name.slice(4)}, "data": ${value} }`);
    } else if (section === "header" || section === "experiment_metadata") {
      sections[section].push(`${JSON.stringify(key?.replace(/^\["|"\]$/g, ""))}: ${value}`);
    } else {
      top.push(`${JSON.stringify(name)}: ${value}`);
    }
  }
  const members = Object.entries(sections).map(([key, inner]) => `"${key}": { ${inner.join(", ")} }`);
  return `{ ${[...members, ...top, `"rois": [${rois.join(", ")}]`].join(", ")} }`;
}

const version: fc.Arbitrary<Said> = fc
  .record(Object.fromEntries(FIELDS.map((name) => [name, fc.option(fc.constantFrom(...VALUES))])))
  .chain((fields) => fc.shuffledSubarray(Object.entries(fields), { minLength: FIELDS.length }))
  .map((fields) => new Map(fields.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))))
  // An object would be entered, and so be several fields.
  .map((said) => new Map([...said].filter(([name, value]) => !value.startsWith("{") || !/^[he]/.test(name))));

/** Two versions that come from one by a few edits each. */
const versions = fc
  .tuple(
    version,
    version,
    version,
    fc.array(fc.constantFrom(...FIELDS)),
    fc.array(fc.constantFrom(...FIELDS)),
  )
  .map(([base, a, b, ourEdits, theirEdits]) => ({
    base,
    ours: edited(base, a, ourEdits),
    theirs: edited(base, b, theirEdits),
  }));

function edited(base: Said, other: Said, fields: readonly string[]): Said {
  const said = new Map(base);
  for (const name of fields) {
    const value = other.get(name);
    if (value === undefined) {
      said.delete(name);
    } else {
      said.set(name, value);
    }
  }
  return said;
}

const textsOf = (said: { readonly base: Said; readonly ours: Said; readonly theirs: Said }) => ({
  base: documentOf(said.base),
  ours: documentOf(said.ours),
  theirs: documentOf(said.theirs),
});

test("a merge takes what one side changed, and names what both did: no field is lost", () => {
  fc.assert(
    fc.property(versions, (said) => {
      const texts = textsOf(said);
      const { merged, conflicts, taken } = mergeMetadata(texts);
      const expected = new Map(said.ours);
      const clashes: string[] = [];
      const came: string[] = [];
      for (const name of FIELDS) {
        const [was, our, their] = [said.base.get(name), said.ours.get(name), said.theirs.get(name)];
        if (our !== their && our === was) {
          came.push(name);
          expected.delete(name);
          if (their !== undefined) {
            expected.set(name, their);
          }
        } else if (our !== their && their !== was) {
          clashes.push(name);
        }
      }
      expect(conflicts.map(({ field }) => field).sort()).toEqual(clashes.sort());
      expect([...taken].sort()).toEqual(came.sort());
      expect(metadataChanges(documentOf(expected), merged)).toEqual([]);
    }),
  );
});

test("a merge that is done again gives the same bytes and the same conflicts", () => {
  fc.assert(
    fc.property(versions, fc.boolean(), (said, hasBase) => {
      const { base, ...sides } = textsOf(said);
      const from = hasBase ? { base } : {};
      const once = mergeMetadata({ ...from, ...sides });
      const twice = mergeMetadata({ ...from, ours: once.merged, theirs: sides.theirs });
      expect(twice.merged).toBe(once.merged);
      expect(twice.conflicts).toEqual(once.conflicts);
      expect(twice.taken).toEqual([]);
    }),
  );
});

test("a merge is symmetric but for the side that a conflict leaves in place", () => {
  fc.assert(
    fc.property(versions, fc.boolean(), (said, hasBase) => {
      const { base, ours, theirs } = textsOf(said);
      const from = hasBase ? { base } : {};
      const [one, other] = [
        mergeMetadata({ ...from, ours, theirs }),
        mergeMetadata({ ...from, ours: theirs, theirs: ours }),
      ];
      const names = one.conflicts.map(({ field }) => field);
      const swapped = other.conflicts.map((conflict) => ({
        ...conflict,
        ours: conflict.theirs,
        theirs: conflict.ours,
      }));
      expect(new Map(swapped.map((conflict) => [conflict.field, conflict]))).toEqual(
        new Map(one.conflicts.map((conflict) => [conflict.field, conflict])),
      );
      const differing = metadataChanges(one.merged, other.merged).map(({ field }) => field);
      expect(differing.sort()).toEqual([...names].sort());
      expect(highestId(one.merged)).toBe(highestId(other.merged));
    }),
  );
});

test("settling every conflict as theirs gives what theirs gives, and as ours changes no byte", () => {
  fc.assert(
    fc.property(versions, (said) => {
      const { base, ours, theirs } = textsOf(said);
      const [one, other] = [
        mergeMetadata({ base, ours, theirs }),
        mergeMetadata({ base, ours: theirs, theirs: ours }),
      ];
      const choose = (side: "ours" | "theirs") => new Map(one.conflicts.map(({ field }) => [field, side]));
      expect(metadataChanges(resolveMetadata(one.merged, theirs, choose("theirs")), other.merged)).toEqual(
        [],
      );
      expect(resolveMetadata(one.merged, theirs, choose("ours"))).toBe(one.merged);
    }),
  );
});

test("every number keeps the spelling of the side that it comes from", () => {
  fc.assert(
    fc.property(versions, (said) => {
      const { merged } = mergeMetadata(textsOf(said));
      expect(merged).not.toMatch(/2\.5(?!0)|0\.284(?!0)|1e-7|1771700000123456(?!789)/);
    }),
  );
});

function highestId(text: string): number {
  return [...text.matchAll(/"(?:roi_id|roi_id_high_water_mark)": (\d+)/g)].reduce(
    (highest, [, id]) => Math.max(highest, Number(id)),
    0,
  );
}
