import * as fsPromises from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { httpStore } from "../../src/http/http-store.ts";
import { type LocalStoreOptions, localStore } from "../../src/node/local/local-store.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { readOnlyStore } from "../../src/store/read-only-store.ts";
import {
  countingStore,
  faultyStore,
  interceptStore,
  type ReadableStoreUnderTest,
  type StoreUnderTest,
  testReadableStoreContract,
  testStoreContract,
} from "../../src/testing/index.ts";
import { zipSourceOf } from "../../src/zip/zip-source.ts";
import { openZip, type ZipStore } from "../../src/zip/zip-store.ts";
import { webServer } from "../http/web-server.ts";
import { zipOfStore } from "../zip/zip-of-store.ts";

async function openLocal(options: LocalStoreOptions = {}): Promise<StoreUnderTest> {
  const root = await mkdtemp(join(tmpdir(), "kym-store-"));
  return { store: localStore(root, options), dispose: () => rm(root, { recursive: true }) };
}

async function openWeb(base: string, query: string): Promise<ReadableStoreUnderTest> {
  const { store: filler, dispose } = await openLocal();
  const server = await webServer(filler.location, base);
  return {
    store: httpStore(`${server.origin}/${base}${query}`),
    filler,
    dispose: async () => {
      await server[Symbol.asyncDispose]();
      await dispose?.();
    },
  };
}

const framework = { describe, it };

testStoreContract(framework, "memory", async () => ({ store: memoryStore() }));

testStoreContract(framework, "a local folder", () => openLocal());

testStoreContract(framework, "a local folder that is made by the first write", async () => {
  const root = await mkdtemp(join(tmpdir(), "kym-store-"));
  return { store: localStore(join(root, "not", "yet")), dispose: () => rm(root, { recursive: true }) };
});

testStoreContract(framework, "a local folder without hard links", () => {
  const link = async (): Promise<void> => {
    throw Object.assign(new Error("ENOTSUP: not supported"), { code: "ENOTSUP", errno: -95 });
  };
  return openLocal({ fileSystem: { ...fsPromises, link } });
});

testStoreContract(framework, "an intercepted store", async () => ({
  store: interceptStore(memoryStore(), (_call, run) => run()),
}));

testStoreContract(framework, "a counting store", async () => ({ store: countingStore(memoryStore()).store }));

testStoreContract(framework, "a faulty store without faults", async () => ({
  store: faultyStore(memoryStore(), () => undefined),
}));

testReadableStoreContract(framework, "one that is only read", async () => {
  const filler = memoryStore();
  return { store: readOnlyStore(filler), filler };
});

testReadableStoreContract(framework, "a folder on the web", () => openWeb("", ""));

testReadableStoreContract(framework, "a folder on the web with a path and a query", () =>
  openWeb("deep/a%20b/study.zarr/", "?sig=x%2By"),
);

testReadableStoreContract(framework, "a zip file", async () => {
  const filler = memoryStore();
  const whole = async (): Promise<ZipStore> => openZip(zipSourceOf("made.zip", await zipOfStore(filler)));
  return {
    store: {
      location: "made.zip",
      get: async (key, options) => (await whole()).get(key, options),
      getRange: async (key, range, options) => (await whole()).getRange(key, range, options),
    },
    filler,
  };
});
