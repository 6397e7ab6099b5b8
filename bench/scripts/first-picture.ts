// Measures the first picture of one image of a large dataset over HTTP: requests, bytes, and time beside fetching the same bytes.

/**
 * Opens an image of 30 000 × 38 pixels as `<kym-image>` does, up to its overview. The dataset has 10 000 images, or as many as are
 * named, and is served by this machine.
 *
 *     npx -y pnpm@12 bench:picture [images]
 */
import { createReadStream, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { ingestImage } from "@kym/kym-dataset";
import { openKymograph } from "@kym/viewer-elements/dataset";
import { createNdArray, memoryStore, openDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { addAnalysedImages } from "../inputs/index-study.ts";
import { madeScan } from "../inputs/made-scan.ts";
import { median } from "../rounds/paired-rounds.ts";

const ROUNDS = 7;
const ID = "line-scan";
const count = Number(process.argv[2] ?? 10_000);

const folder = makeBenchFolder();
const asked: string[] = [];
let bytesSent = 0;
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  asked.push(pathname);
  try {
    const path = join(folder, decodeURIComponent(pathname));
    const { size } = statSync(path);
    bytesSent += size;
    response.writeHead(200, { "content-length": size, "content-type": "application/octet-stream" });
    createReadStream(path).pipe(response);
  } catch {
    response.writeHead(404).end();
  }
});
try {
  await makeStudy(join(folder, "study.zarr"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const [opened, processor, bare]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    asked.length = 0;
    bytesSent = 0;
    // Another query is another dataset: nothing is known of the round before.
    const src = `${base}/study.zarr?round=${round}`;
    const before = process.cpuUsage();
    opened.push(
      await timeOf(() =>
        openKymograph({ src, image: ID, channel: undefined }, { signal: new AbortController().signal }),
      ),
    );
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1000);
    const paths = [...asked];
    const bytes = bytesSent;
    bare.push(
      await timeOf(async () => {
        for (const path of paths) {
          await (await fetch(`${base}${path}`)).arrayBuffer();
        }
      }),
    );
    if (round === ROUNDS - 1) {
      console.log(`${count} images: ${paths.length} requests, ${(bytes / 1000).toFixed(1)} kB`);
      for (const path of paths) {
        console.log(`  ${path}`);
      }
    }
  }
  const [picture, fetched] = [median(opened), median(bare)];
  console.log(
    `  first picture ${picture.toFixed(1)} ms, ${median(processor).toFixed(1)} ms of processors with the server; the same bytes fetched one after the other ${fetched.toFixed(1)} ms: × ${(picture / fetched).toFixed(2)}`,
  );
} finally {
  server.close();
  rmSync(folder, { recursive: true });
}

async function makeStudy(path: string): Promise<void> {
  await using dataset = await openLocalDataset(path, { durability: "none" });
  await addAnalysedImages({ createNdArray }, dataset, count - 1);
  await using source = await openDataset(memoryStore());
  const scan = await source.addImage(madeScan(createNdArray, [30_000, 38]), { id: ID, axes: ["t", "x"] });
  const stores = { pixelStore: scan.asPixelStore(), artifactStore: scan.asArtifactStore() };
  await ingestImage(dataset, stores, { id: ID });
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}
