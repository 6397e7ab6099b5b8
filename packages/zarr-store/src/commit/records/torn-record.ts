// Tells a record that was cut off while it was written from one that was changed later.

const BRACE = 0x7d;
const LINE_FEED = 0x0a;

/**
 * Whether a record does not end as every record does, in a line that is a closing brace alone: it is empty, cut off, or
 * filled up with zeros. Such a record was never acknowledged, unless the disk lost what it had flushed.
 */
export function isTornRecord(bytes: Uint8Array): boolean {
  const [before, brace, end] = bytes.subarray(-3);
  return bytes.length < 3 || before !== LINE_FEED || brace !== BRACE || end !== LINE_FEED;
}
