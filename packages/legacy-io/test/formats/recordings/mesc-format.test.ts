import { expect, test } from "vitest";
import { mescFormat } from "../../../src/formats/femtonics-mesc/mesc-format.ts";
import { caught } from "../../support/caught.ts";
import { opened } from "../../support/recordings/opened-recording.ts";

test("a Femtonics MESc file is refused by name with the reason", async () => {
  const hdf5 = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0);
  const error = await caught(() => opened(mescFormat, hdf5));
  expect([error.code, error.message]).toEqual([
    "not_supported",
    expect.stringContaining("export the line scan as TIFF"),
  ]);
  expect((await caught(() => opened(mescFormat, new Uint8Array(3)))).code).toBe("invalid_file");
});
