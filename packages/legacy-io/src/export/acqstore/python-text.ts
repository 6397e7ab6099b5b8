// Values as the text that Python prints of a tuple and of a dictionary.

/** `(1000, 30)` or `('Y', 'X')`. */
export function pythonTuple(values: readonly (string | number)[]): string {
  const texts = values.map((value) => (typeof value === "string" ? `'${value}'` : String(value)));
  return values.length === 1 ? `(${texts[0]},)` : `(${texts.join(", ")})`;
}

/** `{'Y': 1000, 'X': 30}`. */
export function pythonDictionary(entries: readonly (readonly [string, number])[]): string {
  return `{${entries.map(([key, value]) => `'${key}': ${value}`).join(", ")}}`;
}
