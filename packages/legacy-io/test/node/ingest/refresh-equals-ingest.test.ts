import { expect, it } from "vitest";
import { checkRefreshEqualsIngest } from "./refresh-equals-ingest.ts";

it("refreshed after each of many changes, a dataset has what an ingest of the last state makes", async () => {
  expect(await checkRefreshEqualsIngest(12)).toBeGreaterThan(20);
});
