// Changes the line ends of a text back and forth, as git does on a checkout with core.autocrlf.

const CR = 0x0d;
const LF = 0x0a;

/** The same text with LF for each CRLF; the same array if it has no CRLF. */
export function withLf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const first = indexOfCrlf(bytes, 0);
  if (first < 0) {
    return bytes;
  }
  const text = bytes.slice();
  let to = first;
  for (let at = first; at < bytes.length; at++) {
    if (bytes[at] !== CR || bytes[at + 1] !== LF) {
      text[to++] = bytes[at] ?? 0;
    }
  }
  return text.slice(0, to);
}

/** The same text with CRLF for each LF that has no CR before it; the same array if there is nothing to change. */
export function withCrlf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let missing = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    missing += at > 0 && bytes[at - 1] === CR ? 0 : 1;
  }
  if (missing === 0) {
    return bytes;
  }
  const text = new Uint8Array(bytes.length + missing);
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === LF && bytes[at - 1] !== CR) {
      text[to++] = CR;
    }
    text[to++] = bytes[at] ?? 0;
  }
  return text;
}

/** Whether a text has a CRLF. */
export function hasCrlf(bytes: Uint8Array): boolean {
  return indexOfCrlf(bytes, 0) >= 0;
}

function indexOfCrlf(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(CR, from);
  while (at >= 0 && bytes[at + 1] !== LF) {
    at = bytes.indexOf(CR, at + 1);
  }
  return at;
}
