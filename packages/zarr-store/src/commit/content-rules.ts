import type { StoreKey } from "../store/store-key.ts";

/** Bytes that may have been an object before another program added to its file. */
export interface EarlierNode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the file has besides, for messages: `consolidated metadata, the attribute lab`. */
  readonly added: string;
}

/** What a dataset knows of its files, so that the commit protocol need not. */
export interface ContentRules {
  /** Why these bytes cannot be what the path's name says; undefined if they can. */
  readonly fault: (path: StoreKey, bytes: Uint8Array<ArrayBuffer>) => Promise<string | undefined>;
  /** What the file of a Zarr node may have been before other programs added to it, if it had this size then. */
  readonly withoutAdditions: (
    path: StoreKey,
    bytes: Uint8Array<ArrayBuffer>,
    sizeBytes: number,
  ) => EarlierNode | undefined;
  /** Whether a Zarr node that is another one than was committed may be somebody's edit. */
  readonly mayBeEdited: (path: StoreKey, bytes: Uint8Array<ArrayBuffer>) => boolean;
  /** Why a file that no commit wrote cannot become an object at this path, whatever it holds; undefined if it can. */
  readonly refusal: (path: string, isLive: (path: StoreKey) => boolean) => string | undefined;
}
