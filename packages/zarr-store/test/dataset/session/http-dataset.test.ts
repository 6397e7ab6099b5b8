import { cp, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDataset, rowsOf, type TableSchema } from "../../../src/index.ts";
import { localStore, openLocalDataset as openWithNode } from "../../../src/node/index.ts";
import { type Answer, firstly, says, type WebServer, webServer } from "../../http/web-server.ts";
import { turnIntoOldCheckpoint } from "../../support/forge-checkpoint.ts";
import { collectLog, testRuntime } from "../../support/test-runtime.ts";
import { expectFewRequests } from "./few-requests.ts";

const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "score", type: "float64" },
  ],
};
const IDS = Array.from({ length: 20 }, (_, index) => `image-${String(index).padStart(2, "0")}`);
const CHECKPOINT = "/__commits/checkpoint";
const LATEST = "/__commits/latest.json";
const recordPath = (version: number): string => `/__commits/${String(version).padStart(20, "0")}.json`;

const plane = (first: number) => ({
  dtype: "uint8" as const,
  shape: [2, 2],
  data: Uint8Array.of(first, 1, 2, 3),
});

let folder: string;
let web: WebServer;

/** Twenty images and a table in one commit, with a checkpoint; then a commit that it does not cover. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-web-dataset-"));
  const first = await openWithNode(folder);
  await first.transaction(async (contents) => {
    for (const [index, id] of IDS.entries()) {
      const image = await contents.addImage(plane(index), { id, summary: { order: -index } });
      await image.saveJson("qc", { passed: index % 2 === 0 });
    }
    await contents.saveTable("scores", [{ image_id: "image-00", score: 0.5 }], { schema: SCHEMA });
  });
  await first.close();
  const second = await openWithNode(folder);
  await second.record("image-00").saveJson("later", "than the checkpoint");
  web = await webServer(folder, "data/");
});

afterAll(async () => {
  await web[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

let since: number;

beforeEach(() => {
  web.answer = (_request, _response, serve) => serve();
  since = web.requests.length;
});

const url = (): string => `${web.origin}/data`;
const asked = (): readonly string[] =>
  web.requests.slice(since).map((request) => request.replace("/data/", "/"));

describe.each([
  ["the root entry", openDataset],
  ["./node", openWithNode],
])("opened by %s", (_entry, open) => {
  it("a dataset at a URL asks for the newest version, the checkpoint and its record, the later records, and what it opens", async () => {
    const dataset = await open(url(), { mode: "r" });
    expect(dataset.version).toBe(2);
    expect(asked()).toEqual([LATEST, CHECKPOINT, recordPath(1), recordPath(2), "/zarr.json"]);
    const image = dataset.record("image-07");
    expect((await image.attributes())["summary"]).toEqual({ order: -7 });
    expect((await image.openArray()).shape).toEqual([2, 2]);
    expect((await image.loadArray()).data).toEqual(plane(7).data);
    expect(asked().slice(5)).toEqual(["/images/image-07/data/c/0/0"]);
  });

  it("a dataset at a URL tells all that there is without a listing", async () => {
    const dataset = await open(url(), { mode: "r" });
    expect(await dataset.listImageIds()).toEqual(IDS);
    const manifest = await dataset.rebuildManifest();
    expect(manifest.images.map(({ imageId, summary }) => [imageId, summary["order"]])).toEqual(
      IDS.map((id, index) => [id, -index]),
    );
    expect((await dataset.loadManifest())?.images.length).toBe(IDS.length);
    expect(await dataset.listTableNames()).toEqual(["scores"]);
    expect([...rowsOf(await dataset.loadTable("scores"))]).toEqual([{ image_id: "image-00", score: 0.5 }]);
    const ordered = await Array.fromAsync(dataset.iterRecords({ orderBy: "order" }), ({ id }) => id);
    expect(ordered).toEqual(IDS.toReversed());
    expect(await dataset.record("image-00").loadJson("later")).toBe("than the checkpoint");
    expect(await dataset.record("image-01").listAnalysisKeys()).toEqual(["images/image-01/analysis/qc.json"]);
    await dataset.validate();
    await expect(dataset.loadTable("none")).rejects.toMatchObject({ code: "not_found" });
    expect(asked().filter((path) => path.endsWith("/"))).toEqual([]);
  });

  it("a dataset at a URL is only for reading", async () => {
    for (const mode of [undefined, "a", "w"] as const) {
      await expect(open(url(), { mode })).rejects.toMatchObject({ code: "read_only" });
    }
    expect(asked()).toEqual([]);
    const dataset = await open(url(), { mode: "r" });
    await expect(dataset.record("image-00").saveJson("qc", 1)).rejects.toMatchObject({ code: "read_only" });
  });

  it("a dataset at a URL is not found where there is none", async () => {
    await expect(open(`${web.origin}/other`, { mode: "r" })).rejects.toMatchObject({ code: "not_found" });
  });

  it("a dataset at a URL sees a commit that came after it was opened", async () => {
    const own = await mkdtemp(join(tmpdir(), "kym-web-dataset-"));
    await using server = await webServer(own);
    const writer = await openWithNode(own);
    await writer.addImage(plane(1), { id: "x" });
    const reader = await open(server.origin, { mode: "r" });
    await writer.addImage(plane(2), { id: "y" });
    expect(await reader.listImageIds()).toEqual(["x", "y"]);
    expect((await reader.record("y").loadArray()).data).toEqual(plane(2).data);
    await rm(own, { recursive: true });
  });
});

/** A server as S3 is to those who may not list: what is not there is forbidden. */
const forbidsWhatIsMissing: Answer = async (request, response, serve) => {
  const isThere = await readFile(join(folder, (request.url ?? "").slice("/data/".length))).then(
    () => true,
    () => false,
  );
  return isThere ? serve() : says(403)(request, response, serve);
};

/** A server that takes a `.gz` file for a file that it packed on the way, as sirv and Vite's servers do. */
const declaresGzip: Answer = async (request, response, serve) => {
  if (request.url?.endsWith(".gz")) {
    response.setHeader("content-encoding", "gzip");
  }
  await serve();
};

describe("gzip files that arrive unpacked", () => {
  it("a server that declares .gz files as packed on the way costs the checkpoint, with a warning that says why", async () => {
    const own = await mkdtemp(join(tmpdir(), "kym-web-dataset-"));
    await cp(folder, own, { recursive: true });
    await turnIntoOldCheckpoint(localStore(own));
    await rm(join(own, LATEST));
    await using server = await webServer(own);
    server.answer = declaresGzip;
    const logger = collectLog();
    const dataset = await openDataset(server.origin, { mode: "r", logger });
    expect(await dataset.listImageIds()).toEqual(IDS);
    expect(logger.warnings.filter((warning) => warning.includes("Content-Encoding: gzip")).length).toBe(1);
    await rm(own, { recursive: true });
  });

  it("a table in a .csv.gz from such a server is an io error that says what to change", async () => {
    const own = await mkdtemp(join(tmpdir(), "kym-web-dataset-"));
    const writer = await openWithNode(own);
    const image = await writer.addImage(plane(1), { id: "x" });
    await image.saveCsvGz("trace", [{ image_id: "x", score: 0.5 }], { schema: SCHEMA });
    await using server = await webServer(own);
    const reader = (await openDataset(server.origin, { mode: "r" })).record("x");
    expect([...rowsOf(await reader.loadCsvGz("trace"))]).toEqual([{ image_id: "x", score: 0.5 }]);
    server.answer = declaresGzip;
    await expect(reader.loadCsvGz("trace")).rejects.toMatchObject({
      code: "io",
      message: expect.stringMatching(/trace\.csv\.gz.*arrives unpacked; \.gz files must be sent without it/),
    });
    await rm(own, { recursive: true });
  });
});

describe("forbidden paths", () => {
  it("a server that forbids what is not there ends the log at the last record, with a warning", async () => {
    web.answer = async (request, response, serve) =>
      request.url?.endsWith(LATEST)
        ? says(403)(request, response, serve)
        : forbidsWhatIsMissing(request, response, serve);
    const logger = collectLog();
    const dataset = await openDataset(url(), { mode: "r", logger });
    expect(dataset.version).toBe(2);
    expect(asked()).toContain(recordPath(3));
    expect(logger.warnings.filter((warning) => warning.includes(`${LATEST}: HTTP 403`)).length).toBe(1);
    expect(await dataset.listImageIds()).toEqual(IDS);
    await expect(dataset.record("image-00").loadJson("none")).rejects.toMatchObject({ code: "not_found" });
    expect(logger.warnings.length).toBe(1);
  });

  it("a server that forbids a record ends the log before it, with a warning", async () => {
    web.answer = (request, response, serve) =>
      request.url === `/data${recordPath(2)}` ? says(403)(request, response, serve) : serve();
    const logger = collectLog();
    const dataset = await openDataset(url(), { mode: "r", logger });
    expect(dataset.version).toBe(1);
    expect(logger.warnings.length).toBe(1);
    await expect(dataset.record("image-00").loadJson("later")).rejects.toMatchObject({ code: "not_found" });
  });

  it("a server that forbids everything is an error, not an empty dataset", async () => {
    web.answer = says(403);
    await expect(openDataset(url(), { mode: "r" })).rejects.toMatchObject({
      code: "io",
      details: { found: 403 },
    });
  });
});

describe("odd servers", () => {
  it("a server that answers everything with its front page is an error that says so", async () => {
    web.answer = says(200, { "content-type": "text/html" }, "<!doctype html><title>App</title>");
    await expect(openDataset(url(), { mode: "r" })).rejects.toThrowError(/sends a web page \(text\/html\)/);
  });

  it("a server that answers what is not there with its front page serves a dataset, and says where there is none what to set", async () => {
    web.answer = async (request, response, serve) => {
      const path = join(folder, (request.url ?? "").replace(/^\/data/, ""));
      const isThere = await stat(path).then(
        (found) => found.isFile(),
        () => false,
      );
      return isThere
        ? serve()
        : says(200, { "content-type": "text/html" }, "<!doctype html><title>App</title>")(
            request,
            response,
            serve,
          );
    };
    const dataset = await openDataset(url(), { mode: "r" });
    expect(await dataset.listImageIds()).toEqual(IDS);
    expect((await dataset.record("image-03").loadArray()).shape).toEqual([2, 2]);
    await expect(openDataset(url().replace("/data", "/none"), { mode: "r" })).rejects.toThrowError(
      /sends a web page \(text\/html\) where there should be a file or 404; .*\(Vite: appType: "mpa"\)$/,
    );
  });

  it("a server that is busy is asked again, by the clock of the runtime", async () => {
    web.answer = firstly(2, says(503, { "retry-after": "50" }));
    const runtime = testRuntime();
    const beforeMs = runtime.nowEpochMs();
    await openDataset(url(), { mode: "r", runtime });
    expect(runtime.nowEpochMs() - beforeMs).toBeGreaterThan(100_000);
  });

  it("a server that gives the bytes of another chunk is found out by the hash", async () => {
    web.answer = (request, _response, serve) => {
      request.url = request.url?.replace("image-03/data/c/0/0", "image-04/data/c/0/0");
      return serve();
    };
    const dataset = await openDataset(url(), { mode: "r" });
    await expect(dataset.record("image-03").loadArray()).rejects.toMatchObject({ code: "integrity" });
  });
});

it("text that is neither a URL nor a folder is refused, by the root entry a folder too", async () => {
  await expect(openDataset(folder)).rejects.toMatchObject({ code: "not_supported" });
  for (const location of ["s3://bucket/x", "file:///x", ""]) {
    await expect(openDataset(location)).rejects.toMatchObject({ code: "not_supported" });
    await expect(openWithNode(location)).rejects.toMatchObject({ code: "not_supported" });
  }
  await expect(openWithNode("https://", { mode: "r" })).rejects.toMatchObject({ code: "invalid_argument" });
});

/** Of 10 000 images in `http-dataset.soak.ts`. */
it("opening one image of 500 after a checkpoint takes five requests", () => expectFewRequests(500));
