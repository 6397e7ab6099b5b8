/**
 * Tests for authors of stores: the contracts that stores must keep, and stores that count calls or fail on demand.
 *
 * @module
 */

export { type ArtifactStoreUnderTest, testArtifactStoreContract } from "./artifact-store-contract.ts";
export { type CountingStore, countingStore, type StoreCounts } from "./counting-store.ts";
export { faultyStore, type StoreFault } from "./faulty-store.ts";
export {
  type Interceptor,
  interceptStore,
  type StoreCall,
  type StoreMethod,
} from "./intercepted-store.ts";
export { type PixelStoreUnderTest, testPixelStoreContract } from "./pixel-store-contract.ts";
export {
  type ReadableStoreUnderTest,
  type TestFramework,
  testReadableStoreContract,
} from "./readable-store-contract.ts";
export { type StoreUnderTest, testStoreContract } from "./store-contract.ts";
