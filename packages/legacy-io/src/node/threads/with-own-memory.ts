// Gives each array of bytes in a value memory of its own, before the value is copied to another thread.

/**
 * Copies a value of objects, lists and maps so that none of its arrays of bytes is a view of larger memory: a message to another thread
 * carries the whole memory that a view belongs to, which may be a file with all its pixels.
 */
export function withOwnMemory<T>(value: T): T {
  return ownMemory(value) as T;
}

function ownMemory(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value);
  }
  if (ArrayBuffer.isView(value)) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(ownMemory);
  }
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, ownMemory(item)]));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, ownMemory(item)]))
    : value;
}
