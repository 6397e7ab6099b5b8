export interface OlympusEntry {
  readonly key: string;
  readonly value: string;
}

/** Keys repeat between sections (`Image Size`), and could within one, so both are lists in the file's order. */
export interface OlympusSection {
  readonly name: string;
  readonly entries: readonly OlympusEntry[];
}
