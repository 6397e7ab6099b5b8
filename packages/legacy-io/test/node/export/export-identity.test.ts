import { expect, it } from "vitest";
import { checkExportIdentity } from "./export-identity.ts";

it("a random dataset comes back from its export with every byte as it was", async () => {
  expect(await checkExportIdentity(8)).toBeGreaterThanOrEqual(8);
});
