// Random edits in the dataset and in a sidecar, with a refresh after each: every edit is in, or is named as a conflict.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { editMetadata, parseMetadata, parseProvenance } from "@kym/kym-schema";
import { jsonText, memoryStore, openDataset } from "@kym/zarr-store";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ingestLegacyFolder, listOpenConflicts, refreshFromFolder } from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, tinyTiff } from "../lab-folder.ts";

const FIELDS = ["condition", "treatment", "note"] as const;
type Values = Readonly<Record<(typeof FIELDS)[number], string>>;
const EMPTY: Values = { condition: "", treatment: "", note: "" };

let lab = "";
beforeAll(async () => {
  lab = await makeLabFolder({ "a.tif": tinyTiff(1) });
});
afterAll(() => rm(lab, { recursive: true, force: true }));

const said = (
  values: Partial<Readonly<Record<(typeof FIELDS)[number], string | undefined>>>,
): readonly string[] => FIELDS.map((name) => values[name] ?? "");
const nameOf = ({ name }: { readonly name: string }): string => name.replace("experiment_metadata.", "");

const step = fc.record({
  side: fc.constantFrom("dataset", "sidecar", "both"),
  field: fc.constantFrom(...FIELDS),
  value: fc.constantFrom("", "A", "B", "C"),
});

it("after random edits on both sides, each field is what a merge of the three versions says, and a conflict is listed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const dataset = await openDataset(memoryStore());
      const put = (values: Values): Promise<void> =>
        writeFile(
          join(lab, "a.json"),
          JSON.stringify({ ...JSON.parse(CLASSIC_JSON), experiment_metadata: values }),
        );
      await put(EMPTY);
      await ingestLegacyFolder(dataset, lab, { newId: () => "one" });
      const record = dataset.record("one");
      const at = { base: EMPTY, ours: EMPTY, theirs: EMPTY };
      const open = new Set<string>();
      for (const [number, { side, field, value }] of steps.entries()) {
        if (side !== "sidecar") {
          at.ours = { ...at.ours, [field]: value === "" ? "" : `${value} mine` };
          const { text } = await record.loadJsonText("metadata");
          await record.saveJson("metadata", jsonText(editMetadata(text, { experiment: at.ours })));
        }
        if (side !== "dataset") {
          at.theirs = { ...at.theirs, [field]: value === "" ? "" : `${value} ${number}` };
          await put(at.theirs);
        }
        await refreshFromFolder(dataset, lab);
        const isChanged = FIELDS.some((name) => at.theirs[name] !== at.base[name]);
        for (const name of isChanged ? FIELDS : []) {
          const [was, our, their] = [at.base[name], at.ours[name], at.theirs[name]];
          if (our === was) {
            at.ours = { ...at.ours, [name]: their };
          } else if (our !== their && their !== was) {
            open.add(name);
          }
          if (at.ours[name] === their) {
            open.delete(name);
          }
        }
        at.base = at.theirs;
        const { experiment } = parseMetadata((await record.loadJsonText("metadata")).text);
        expect(said(experiment)).toEqual(said(at.ours));
        const listed = (await listOpenConflicts(dataset)).flatMap(({ conflicts }) => conflicts);
        expect(new Set(listed.map(nameOf))).toEqual(open);
        for (const conflict of listed) {
          const name = FIELDS.find((each) => each === nameOf(conflict)) ?? "note";
          const values = [conflict.mine, conflict.theirs].map((text) => JSON.parse(text ?? '""'));
          expect(values).toEqual([at.ours[name], at.theirs[name]]);
        }
        const { sidecars } = parseProvenance((await record.loadJsonText("provenance")).text);
        const [sha256 = ""] = sidecars.flatMap(({ artifacts }) =>
          artifacts.flatMap((made) => (made.key === "analysis/metadata.json" ? [made.sha256] : [])),
        );
        const came = parseMetadata(new TextDecoder().decode(await dataset.history(sha256))).experiment;
        expect(said(came), "the base is what came").toEqual(said(at.theirs));
      }
      expect((await dataset.check()).problems).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
