import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { buildTiff, greyTags } from "../../tiff/tiff-fixture.ts";
import { GREEDY_FILES, type GreedyFiles, MOST_BYTES } from "./greedy-files.ts";

const execute = promisify(execFile);
const WEIGH = fileURLToPath(new URL("weigh-ingest.ts", import.meta.url));
const MOST_ABOVE_BYTES = 256 * 2 ** 20;

const hasProc = existsSync("/proc/self/status");
if (!hasProc) {
  console.log("SKIPPED: the greatest size of a process is read from /proc, which this machine does not have");
}

let tiny = Number.NaN;
beforeAll(async () => {
  tiny = hasProc ? await peakOf({}) : tiny;
});

it.skipIf(!hasProc).each(GREEDY_FILES)(
  "one small file takes at most 256 MiB more than none: %s",
  { timeout: 60_000 },
  async (_, files) => {
    const peak = await peakOf(files);
    expect((peak - tiny) / 2 ** 20).toBeLessThan(MOST_ABOVE_BYTES / 2 ** 20);
  },
);

/** The greatest resident size of a process that ingests a tiny TIFF with these files, in bytes. */
async function peakOf(files: GreedyFiles): Promise<number> {
  const work = await mkdtemp(join(tmpdir(), "kym-greedy-"));
  try {
    const lab = join(work, "lab");
    await mkdir(lab);
    await writeFile(
      join(lab, "a.tif"),
      buildTiff([{ tags: greyTags(4, 8), segments: [new Uint8Array(64)] }]),
    );
    for (const [name, content] of Object.entries(files)) {
      expect(content.length, name).toBeLessThanOrEqual(MOST_BYTES);
      await mkdir(dirname(join(lab, name)), { recursive: true });
      await writeFile(join(lab, name), content);
    }
    const words = ["--conditions=@kym/source", WEIGH, lab, join(work, "made.zarr")];
    const { stdout } = await execute(process.execPath, words);
    return Number(stdout);
  } finally {
    await rm(work, { recursive: true });
  }
}
