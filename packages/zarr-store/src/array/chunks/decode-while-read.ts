// Reads a compressed chunk and decodes it while its hash is compared.

import type { BriefReadOptions } from "../../runtime/read-options.ts";
import { ChunkMemory } from "./chunk-memory.ts";

type Read = (options: BriefReadOptions) => Promise<Uint8Array | undefined>;
/** `isMeanwhile` says that the caller has something else to do until this is done. */
type Decode = (stored: Uint8Array, isMeanwhile: boolean) => Promise<Uint8Array>;

/**
 * Returns what `decode` makes of what `read` returns; undefined if there is nothing. `decode` must not return its input, which lies
 * in memory that is used again.
 *
 * Decoding begins as soon as the bytes are there. If they turn out not to be those that were committed, what came of them is
 * thrown away, and so is a failure to decode them.
 */
export async function decodeWhileRead(
  read: Read,
  decode: Decode,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const memory = new ChunkMemory();
  let begun: { readonly bytes: Uint8Array; readonly decoded: Promise<Uint8Array> } | undefined;
  try {
    const stored = await read({
      signal,
      allocate: (sizeBytes) => memory.take(sizeBytes),
      onUnverified: (bytes) => {
        begun = { bytes, decoded: decode(bytes, true) };
        // A failure is one only if these bytes are returned.
        begun.decoded.catch(() => undefined);
      },
    });
    return stored && (await (begun?.bytes === stored ? begun.decoded : decode(stored, false)));
  } finally {
    await begun?.decoded.catch(() => undefined);
    memory.giveBack();
  }
}
