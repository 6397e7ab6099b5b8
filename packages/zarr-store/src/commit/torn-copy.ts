// Tells a copy that was cut short from a file that somebody wrote.

/**
 * Whether bytes are what a copy of `whole` leaves if it is cut short: its beginning, perhaps with zeros after it, and not
 * all of it.
 */
export function isTornCopy(bytes: Uint8Array, whole: Uint8Array): boolean {
  if (bytes.length > whole.length) {
    return false;
  }
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) {
    length--;
  }
  const isBeginning = bytes.subarray(0, length).every((byte, at) => byte === whole[at]);
  return isBeginning && !(bytes.length === whole.length && bytes.every((byte, at) => byte === whole[at]));
}
