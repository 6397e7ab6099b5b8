import { describe, expect, it } from "vitest";
import { decodeWhileRead } from "../../../src/array/chunks/decode-while-read.ts";
import type { BriefReadOptions } from "../../../src/runtime/read-options.ts";

/** Decodes each byte to twice its value, in another turn. */
const twice = async (stored: Uint8Array): Promise<Uint8Array> => {
  await Promise.resolve();
  return stored.map((byte) => 2 * byte);
};

function readerOf(content: readonly number[]) {
  return async ({ allocate, onUnverified }: BriefReadOptions): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = allocate?.(content.length) ?? new Uint8Array(content.length);
    bytes.set(content);
    onUnverified?.(bytes);
    await Promise.resolve();
    return bytes;
  };
}

describe("a chunk that is decoded while its hash is compared", () => {
  it("keeps its elements when the memory of its bytes is used again", async () => {
    const first = await decodeWhileRead(readerOf([1, 2, 3]), twice, undefined);
    const others = await Promise.all(
      [4, 5, 6, 7, 8, 9].map((byte) => decodeWhileRead(readerOf([byte, byte]), twice, undefined)),
    );
    expect(first).toEqual(Uint8Array.of(2, 4, 6));
    expect(others.map((one) => [...(one ?? [])])).toEqual([4, 5, 6, 7, 8, 9].map((n) => [2 * n, 2 * n]));
  });

  it("is decoded once if the read returns the bytes that it told of, and anew if it returns others", async () => {
    const calls: (readonly [number | undefined, boolean])[] = [];
    const decode = async (stored: Uint8Array, isMeanwhile: boolean): Promise<Uint8Array> => {
      calls.push([stored[0], isMeanwhile]);
      return twice(stored);
    };
    expect(await decodeWhileRead(readerOf([1]), decode, undefined)).toEqual(Uint8Array.of(2));
    const other = async (options: BriefReadOptions): Promise<Uint8Array<ArrayBuffer>> => {
      await readerOf([7])(options);
      return Uint8Array.of(3);
    };
    expect(await decodeWhileRead(other, decode, undefined)).toEqual(Uint8Array.of(6));
    expect(calls).toEqual([
      [1, true],
      [7, true],
      [3, false],
    ]);
  });

  it("throws what the read throws, not what decoding its bytes would have thrown", async () => {
    const failing = async (options: BriefReadOptions): Promise<Uint8Array<ArrayBuffer>> => {
      await readerOf([1])(options);
      throw new Error("another hash");
    };
    const broken = async (): Promise<Uint8Array> => {
      throw new Error("does not decode");
    };
    await expect(decodeWhileRead(failing, broken, undefined)).rejects.toThrow("another hash");
    await expect(decodeWhileRead(readerOf([1]), broken, undefined)).rejects.toThrow("does not decode");
  });

  it("is absent if nothing is read, and passes the signal on", async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const absent = async (options: BriefReadOptions): Promise<undefined> => {
      seen.push(options.signal);
    };
    expect(await decodeWhileRead(absent, twice, signal)).toBeUndefined();
    expect(seen).toEqual([signal]);
  });
});
