import { expect, it } from "vitest";
import { checkNgffIdentity } from "./ngff-identity.ts";

it("an image of a random dataset comes back from the folder kym/ with every byte as it was", async () => {
  expect(await checkNgffIdentity(3)).toBeGreaterThanOrEqual(3);
});
