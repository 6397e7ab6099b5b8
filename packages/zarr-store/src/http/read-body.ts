import { ZarrStoreError } from "../errors.ts";

export interface ReadBodyOptions {
  readonly maxSizeBytes: number;
  /** What is read, for messages. */
  readonly where: string;
  readonly path: string;
  /** Called for every part that arrives. */
  readonly onPart: () => void;
}

/**
 * The whole body in an array of its own, however it arrives and whatever was announced.
 *
 * @throws {ZarrStoreError} `io` as soon as there is more than `maxSizeBytes`
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
