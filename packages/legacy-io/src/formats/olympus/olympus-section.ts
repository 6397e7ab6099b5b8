// The sections of an Olympus header, as plain text.

export interface OlympusEntry {
  readonly key: string;
  readonly value: string;
}

/** One section. Its entries are a list in the file's order, because a key may occur twice. */
export interface OlympusSection {
  readonly name: string;
  readonly entries: readonly OlympusEntry[];
}
