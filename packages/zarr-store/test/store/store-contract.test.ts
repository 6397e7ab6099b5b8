import * as fsPromises from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { type LocalStoreOptions, localStore } from "../../src/node/local-store.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import {
  countingStore,
  faultyStore,
  interceptStore,
  type StoreUnderTest,
  testStoreContract,
} from "../../src/testing/index.ts";

async function openLocal(options: LocalStoreOptions = {}): Promise<StoreUnderTest> {
  const root = await mkdtemp(join(tmpdir(), "kym-store-"));
  return { store: localStore(root, options), dispose: () => rm(root, { recursive: true }) };
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
