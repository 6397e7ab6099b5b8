import { ARTIFACTS } from "@kym/kym-schema";
import { createNdArray, type Row, type ZarrDataset } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { compareScorers } from "../../src/copies/index.ts";
import { isKymDatasetError } from "../../src/index.ts";
import { addImage, EVENT_SCHEMA, emptyDataset, eventRow } from "../support/image-fixture.ts";

const SCHEMA = {
  columns: [
    ...EVENT_SCHEMA.columns,
    { name: "event_type", type: "utf8" as const },
    { name: "user_type", type: "utf8" as const },
  ],
};

async function score(
  dataset: ZarrDataset,
  id: string,
  accepted: boolean | undefined,
  events?: Readonly<Record<string, string | null>>,
): Promise<void> {
  const record = await addImage(dataset, id);
  await (accepted === undefined ? undefined : record.saveJson(ARTIFACTS.metadata, { accepted }));
  if (events !== undefined) {
    const rows = Object.entries(events).map(
      ([event, type]): Row => ({ ...eventRow(1), event_id: event, event_type: type, user_type: null }),
    );
    await record.saveParquet(ARTIFACTS.events, rows, { schema: SCHEMA });
  }
}

test("accepted images and types of matched events are compared, and what is left out is named with its reason", async () => {
  const [first, second] = [await emptyDataset(), await emptyDataset()];
  await score(first, "a", true, { e1: "stall", e2: "stall", e3: "reversal", mine: "stall", untyped: null });
  await score(second, "a", true, { e1: "stall", e2: "reversal", e3: "reversal", untyped: "stall" });
  await score(first, "b", false, { e4: "stall" });
  await score(second, "b", undefined);
  await score(first, "c", false);
  await score(second, "c", false);
  await score(first, "only", true);
  await score(first, "pixels", true);
  await second.addImage(createNdArray("uint8", [2, 2], new Uint8Array(4)), { id: "pixels" });
  const report = await compareScorers(first, second);
  expect(report.images).toBe(3);
  expect(report.accepted).toMatchObject({
    n: 3,
    agreed: 2,
    pairs: [
      { first: "accepted", second: "accepted", count: 1 },
      { first: "rejected", second: "accepted", count: 1 },
      { first: "rejected", second: "rejected", count: 1 },
    ],
  });
  // Of 3 images, by chance (1·2 + 2·1) / 9 agree: (2/3 − 4/9) / (1 − 4/9).
  expect(report.accepted.kappa).toBeCloseTo(0.4, 14);
  expect(report.events).toMatchObject([
    {
      column: "event_type",
      counts: [
        { type: "", first: 1, second: 0 },
        { type: "reversal", first: 1, second: 2 },
        { type: "stall", first: 3, second: 2 },
      ],
      matched: { n: 3, agreed: 2 },
    },
  ]);
  expect(
    report.leftOut.map(({ of, what, reason, n, imageIds }) => `${of}: ${n} ${what} ${reason} ${imageIds}`),
  ).toEqual([
    "events: 1 event a copy does not say the event_type a",
    "events: 1 event only in the first copy a",
    "events: 1 image only the first copy has events b",
    "accepted: 1 image only in the first copy only",
    "accepted: 1 image the pixels differ pixels",
  ]);
});

test("metadata and events that cannot be read, and ids that stand twice, are left out and named", async () => {
  const [first, second] = [await emptyDataset(), await emptyDataset()];
  for (const dataset of [first, second]) {
    const record = await addImage(dataset, "a");
    await record.files.save("analysis/metadata.json", new TextEncoder().encode("{"));
    await record.saveParquet(ARTIFACTS.events, [eventRow(1), eventRow(2)], { schema: EVENT_SCHEMA });
  }
  const { leftOut, accepted } = await compareScorers(first, second);
  expect(accepted.n).toBe(0);
  expect(leftOut.map(({ reason }) => reason)).toEqual([
    "the metadata cannot be read",
    "several events of a copy have one event_id",
  ]);
});

test("only the wanted images are compared, and an unknown one is refused", async () => {
  const dataset = await emptyDataset();
  await score(dataset, "a", true);
  await score(dataset, "b", true);
  expect((await compareScorers(dataset, dataset, { imageIds: ["b"] })).images).toBe(1);
  const refusal = await compareScorers(dataset, dataset, { imageIds: ["x"] }).catch(
    (error: unknown) => error,
  );
  expect(isKymDatasetError(refusal, "not_found")).toBe(true);
});
