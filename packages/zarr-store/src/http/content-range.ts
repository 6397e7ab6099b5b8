// Parses the `Content-Range` header, which says which bytes of a file a server sent.

/** A `Content-Range` header (RFC 9110, §14.4): which bytes were sent, or only the size of the whole. */
export interface ContentRange {
  /** The first and the last byte; undefined if the value ends before the range asked for (`bytes * /10`). */
  readonly bytes: { readonly first: number; readonly last: number } | undefined;
  /** The size of the whole; undefined if the server does not say. */
  readonly sizeBytes: number | undefined;
}

/** Parses the header; undefined if its unit is not bytes, it cannot be parsed, or it contradicts itself. */
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
