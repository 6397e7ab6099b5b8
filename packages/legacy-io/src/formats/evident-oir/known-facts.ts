// Leaves out of facts, which become JSON, what a file does not say.

/** The facts that are known. Objects and lists in them are gone through as well. */
export function knownFacts(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, known(value)]),
  );
}

function known(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(known);
  }
  return typeof value === "object" && value !== null ? knownFacts({ ...value }) : value;
}
