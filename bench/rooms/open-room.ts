// Opening datasets of 10 000 and 100 000 images of ten objects each, in this process and over HTTP.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { createNdArray, httpStore, openDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import type { Sample, SideSamples } from "../goals/goal.ts";
import { runSides, type Side } from "../goals/run-sides.ts";
import type { Room, RoomPlace } from "./room.ts";

const COUNTS = { full: [10_000, 100_000], short: [1000, 10_000] } as const;
const ARTIFACTS_AN_IMAGE = 7;
const IMAGES_A_COMMIT = 500;
const SMALL = "opening, smaller";
const LARGE = "opening, larger";
const HEAP = "heap of the larger, opened";
const REQUESTS = "requests of opening the smaller over HTTP";
const READ = "reading the derived file of the smaller";

export const openRoom: Room = {
  name: "open",
  title: "Opening datasets of 10 000 and 100 000 images of ten objects each, warm process",
  rounds: 7,
  goals: ({ isShort }) => {
    const [small, large] = isShort ? COUNTS.short : COUNTS.full;
    return [
      {
        id: "open.small",
        what: `opening ${small} images`,
        subject: SMALL,
        bound: { kind: "alone", atMost: (120 * small) / 10_000, unit: "ms" },
      },
      {
        id: "open.large",
        what: `opening ${large} images`,
        subject: LARGE,
        bound: { kind: "alone", atMost: (1000 * large) / 100_000, unit: "ms" },
      },
      {
        id: "open.heap",
        what: `heap of ${large} images, an image`,
        subject: HEAP,
        bound: { kind: "alone", atMost: 1000, unit: "bytes", divideBy: large },
      },
      {
        id: "open.http",
        what: `requests for opening ${small} images over HTTP`,
        subject: REQUESTS,
        bound: { kind: "alone", atMost: 1, unit: "requests for the images" },
      },
    ];
  },
  measure,
};

async function measure({ memory, rounds, isShort, note }: RoomPlace): Promise<SideSamples> {
  const [small, large] = isShort ? COUNTS.short : COUNTS.full;
  const smaller = join(memory, "small.zarr");
  const larger = join(memory, "large.zarr");
  await writeImages(smaller, small);
  await writeImages(larger, large);
  const open = async (path: string, count: number): Promise<undefined> => {
    await using dataset = await openLocalDataset(path, { mode: "r" });
    if (dataset.version === 0) {
      throw new Error(`nothing of ${count} images was committed`);
    }
  };
  const sides: readonly Side[] = [
    { name: SMALL, run: () => open(smaller, small) },
    { name: LARGE, run: () => open(larger, large) },
    { name: READ, run: async () => void (await readFile(join(smaller, "__commits/checkpoint"))) },
    { name: HEAP, run: () => heapOf(larger) },
  ];
  const asked = await requestsOf(smaller, memory);
  note(`Over HTTP, opening asks for ${asked.join(", ")}.`);
  const heavy = asked.filter((path) => path.endsWith("checkpoint")).length;
  return new Map([...(await runSides(rounds, sides)), [REQUESTS, [{ value: heavy }]]]);
}

/** The heap that an open dataset holds, without the bytes of its packed checkpoint; needs `--expose-gc`. */
async function heapOf(path: string): Promise<Sample> {
  const used = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  await using dataset = await openLocalDataset(path, { mode: "r" });
  const after = used();
  return { value: dataset.version > 0 ? after - before : Number.NaN };
}

async function writeImages(path: string, count: number): Promise<void> {
  await using dataset = await openLocalDataset(path, { durability: "none" });
  const pixel = createNdArray("uint8", [1, 1]);
  for (let first = 0; first < count; first += IMAGES_A_COMMIT) {
    await dataset.transaction(async (transaction) => {
      for (let index = first; index < Math.min(count, first + IMAGES_A_COMMIT); index++) {
        const record = await transaction.addImage(pixel, { id: `image-${String(index).padStart(6, "0")}` });
        for (let artifact = 0; artifact < ARTIFACTS_AN_IMAGE; artifact++) {
          await record.saveJson(`analysis-${artifact}/params`, { artifact, index });
        }
      }
    });
  }
}

async function requestsOf(path: string, root: string): Promise<readonly string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    asked.push(pathname.slice(path.length - root.length + 1));
    readFile(join(root, decodeURIComponent(pathname))).then(
      (bytes) => response.writeHead(200, { "content-length": bytes.length }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const url = `http://127.0.0.1:${port}${path.slice(root.length)}`;
    await using dataset = await openDataset(httpStore(url), { mode: "r" });
    return dataset.version > 0 ? asked : [];
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
