/** What the header `Content-Range` says (RFC 9110, 14.4): which bytes these are, or only how many there would be. */
export interface ContentRange {
  /** The first and the last byte; undefined where the range asked for is not there (`bytes * /10`). */
  readonly bytes: { readonly first: number; readonly last: number } | undefined;
  /** Undefined if the server does not say. */
  readonly sizeBytes: number | undefined;
}

/** Undefined for another unit than bytes, and for what contradicts itself. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const [, first, last, size] =
    /^bytes (?:(\d{1,16})-(\d{1,16})|\*)\/(\d{1,16}|\*)$/i.exec(header ?? "") ?? [];
  if (size === undefined) {
    return undefined;
  }
  const sizeBytes = size === "*" ? undefined : Number(size);
  const bytes =
    first === undefined || last === undefined ? undefined : { first: Number(first), last: Number(last) };
  const numbers = [sizeBytes ?? 0, bytes?.first ?? 0, bytes?.last ?? 0];
  const isWhole = bytes === undefined ? sizeBytes !== undefined : bytes.first <= bytes.last;
  const isInside = bytes === undefined || sizeBytes === undefined || bytes.last < sizeBytes;
  return numbers.every(Number.isSafeInteger) && isWhole && isInside ? { bytes, sizeBytes } : undefined;
}
