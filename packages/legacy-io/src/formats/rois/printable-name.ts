// Names of another program's file, for messages.

const LONGEST = 80;

/** A name without control characters, and not too long to be read. */
export function printableName(name: string): string {
  const plain = name.toWellFormed().replace(/\p{Cc}/gu, "?");
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}
