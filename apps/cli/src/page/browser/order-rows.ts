// Which rows of the table of images are shown, and in which order: decisions without a page.

/** What a cell is sorted by: a number, or words. Null for a cell that says nothing, which comes last either way. */
export type SortKey = number | string | null;

export type SortDirection = "ascending" | "descending";

/** The order of rows: their indexes, sorted by one key each; equal ones stay in the order that they had. */
export function sortedRows(keys: readonly SortKey[], direction: SortDirection): readonly number[] {
  const sign = direction === "ascending" ? 1 : -1;
  return [...keys.keys()].sort((a, b) => {
    const [first = null, second = null] = [keys[a], keys[b]];
    if (first === null || second === null) {
      return Number(first === null) - Number(second === null) || a - b;
    }
    return sign * compareKeys(first, second) || a - b;
  });
}

/** Numbers stand before words, and digits in words are compared as numbers: `scan 9` before `scan 10`. */
function compareKeys(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") {
    return a - b;
  }
  return typeof a === typeof b
    ? WORDS.compare(String(a), String(b))
    : Number(typeof a === "string") - Number(typeof b === "string");
}

const WORDS = new Intl.Collator("en", { numeric: true });

/** The next direction of a column whose button is pressed: upwards first. */
export function nextDirection(current: string | null): SortDirection {
  return current === "ascending" ? "descending" : "ascending";
}

/** Whether a row has every word that is looked for, in any case and place. Nothing looked for is in each row. */
export function hasWords(text: string, wanted: string): boolean {
  const plain = folded(text);
  return folded(wanted)
    .split(/\s+/)
    .every((word) => plain.includes(word));
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
