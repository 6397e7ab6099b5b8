import type { StoreKey } from "../store/store-key.ts";

/** What a dataset knows of its files, so that the commit protocol need not. */
export interface ContentRules {
  /** Why these bytes cannot be what the path's name says; undefined if they can. */
  readonly fault: (path: StoreKey, bytes: Uint8Array<ArrayBuffer>) => Promise<string | undefined>;
  /** Why a file that no commit wrote cannot become an object at this path, whatever it holds; undefined if it can. */
  readonly refusal: (path: string, isLive: (path: StoreKey) => boolean) => string | undefined;
}
