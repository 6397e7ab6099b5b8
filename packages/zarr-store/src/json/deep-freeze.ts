// Freezes parsed JSON that is cached, because every caller is given the same object.

/** Freezes a plain object or array and everything in it. Typed arrays, which cannot be frozen, are left alone. */
export function deepFreeze<T>(value: T): T {
  const isPlain =
    typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value);
  if (isPlain) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
