import { expect, it } from "vitest";
import { checkNgffIdentity } from "./ngff-identity.ts";

it("the images of forty random datasets come back from the folder kym/ with every byte as it was", async () => {
  const images = await checkNgffIdentity(40);
  console.log(`exports for other programs: ${images} images, 0 differences`);
  expect(images).toBeGreaterThan(20);
}, 300_000);
