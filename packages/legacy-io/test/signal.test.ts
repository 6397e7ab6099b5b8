import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scanFolder } from "../src/node/scan/scan-folder.ts";
import { bytesSource } from "../src/tiff/byte-source.ts";
import { describeTiff, readTiff, readTiffRegion } from "../src/tiff/read-tiff.ts";
import { caught } from "./support/caught.ts";
import { buildTiff, elementBytes, greyTags, short } from "./tiff/tiff-fixture.ts";

const bytes = buildTiff([{ tags: greyTags(2, 2), segments: [elementBytes([1, 2, 3, 4], 2)] }]);

test("an aborted signal ends every call with the reason as its cause", async () => {
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const folder = mkdtempSync(join(tmpdir(), "kym-signal-"));
  const source = bytesSource(bytes);
  const calls = [
    () => readTiff(source, { signal }),
    () => describeTiff(source, { signal }),
    () => readTiffRegion(source, { signal }),
    () => scanFolder(folder, { signal }),
  ];
  for (const call of calls) {
    expect(await caught(call)).toMatchObject({ code: "aborted", cause: reason });
  }
  rmSync(folder, { recursive: true });
});

test("long decoding gives timers their turn, so that a time limit ends it", async () => {
  const rows = 1000;
  const strip = new Uint8Array(Array.from({ length: 250 }, () => [129, 7]).flat());
  const tags = greyTags(250 * 128, rows, 8, [short(259, 32773), { tag: 278, type: 4, values: [1] }]);
  const segments = Array.from({ length: rows }, () => strip);
  const large = buildTiff([{ tags, segments }]);
  const source = bytesSource(large);
  const slow = {
    ...source,
    read: async (offset: number, length: number) => busy(await source.read(offset, length)),
  };
  const error = await caught(() => readTiff(slow, { signal: AbortSignal.timeout(20) }));
  expect(error.code).toBe("aborted");
});

/** As if each read took its time without ever waiting. */
function busy<T>(value: T): T {
  const untilMs = performance.now() + 1;
  while (performance.now() < untilMs) {
    // spin
  }
  return value;
}
