import { memoryStore, openDataset, type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { KymDataset, type UpdateReport, velocityEventIndexer } from "../src/index.ts";
import { addAnalysedImage, addImage, emptyDataset, eventRow, saveEvents } from "./image-fixture.ts";

const TABLE = "kym_velocity_events";

async function rows(dataset: ZarrDataset, table = TABLE): Promise<readonly Row[]> {
  return [...rowsOf(await dataset.loadTable(table))];
}

function counts({ updated, skipped, missing }: UpdateReport): readonly number[] {
  return [updated, skipped, missing];
}

async function twoImages(): Promise<KymDataset> {
  const dataset = await emptyDataset();
  await addAnalysedImage(dataset, "a", 0.5);
  await addAnalysedImage(dataset, "b", 0.6);
  return new KymDataset(dataset);
}

test("tickets 19 and 21: replace 2/0/2, no changes 0/2/0, one params artifact changed 1/1/0", async () => {
  const kym = await twoImages();
  expect(kym.lastUpdateStats).toEqual({ updated: 0, skipped: 0, missing: 0 });

  await kym.updateIndex(velocityEventIndexer);
  expect(kym.lastUpdateStats).toEqual({ updated: 2, skipped: 0, missing: 2 });

  await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
  expect(kym.lastUpdateStats).toEqual({ updated: 0, skipped: 2, missing: 0 });

  await kym.dataset.record("b").saveJson("velocity_events/params", { threshold: 0.3, window: 5 });
  const report = await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
  expect(kym.lastUpdateStats).toEqual({ updated: 1, skipped: 1, missing: 0 });
  expect(report.reasons).toEqual([{ imageId: "b", outcome: "updated", because: "params_changed" }]);

  expect((await report.table()).numRows).toBe(2);
  expect(await kym.dataset.listTableNames()).toContain(TABLE);
});
