/** Freezes plain objects and arrays through and through: what is remembered is handed out again and again. */
export function deepFreeze<T>(value: T): T {
  const isPlain =
    typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value);
  if (isPlain) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
