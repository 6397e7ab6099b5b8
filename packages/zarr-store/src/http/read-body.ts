// Reads the body of a response up to a given size.

import { ZarrStoreError } from "../errors.ts";
import { TOO_LARGE } from "../store/unreadable.ts";

export interface ReadBodyOptions {
  readonly maxSizeBytes: number;
  /** The URL of the file, for messages. */
  readonly where: string;
  readonly path: string;
  /** Called for every part that arrives. */
  readonly onPart: () => void;
}

/**
 * Reads the whole body into one array, whatever size was announced.
 *
 * @throws {ZarrStoreError} `io` as soon as more than `maxSizeBytes` arrive.
 */
export async function readBody(
  response: Response,
  { maxSizeBytes, where, path, onPart }: ReadBodyOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    onPart();
    size += next.value.length;
    if (size > maxSizeBytes) {
      await reader?.cancel();
      throw new ZarrStoreError("io", `${where} sends more than ${maxSizeBytes} bytes`, {
        path,
        expected: maxSizeBytes,
        found: TOO_LARGE,
      });
    }
    parts.push(next.value);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
