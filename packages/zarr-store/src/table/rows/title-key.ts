// Finds the titles that mean a column although they are spelled otherwise.

/**
 * What two spellings of a title have in common: `Image ID`, ` image_id` and `Image.Id` have the key of `image_id`. Capitals, blanks
 * around a title, how accents are composed, and what stands between words do not count.
 */
export function titleKey(title: string): string {
  const before = remembered.get(title);
  if (before !== undefined) {
    return before;
  }
  const key = title
    .normalize("NFC")
    .trim()
    .toLowerCase()
    .replace(/[\s._-]+/g, "_");
  if (remembered.size >= MOST_REMEMBERED) {
    remembered.clear();
  }
  remembered.set(title, key);
  return key;
}

/** The tables of many images have the same titles. */
const MOST_REMEMBERED = 1024;
const remembered = new Map<string, string>();

/**
 * Pairs titles with the columns that they mean. An exact spelling wins; otherwise a title means a column if they have one key,
 * and no other title and no other column has it.
 *
 * @returns the column for each title that is spelled otherwise
 */
export function columnsOfTitles(
  titles: readonly string[],
  columns: readonly string[],
): ReadonlyMap<string, string> {
  const [given, wanted] = [new Set(titles), new Set(columns)];
  const missing = columns.filter((column) => !given.has(column));
  if (missing.length === 0) {
    return new Map();
  }
  const others = Map.groupBy(
    titles.filter((title) => !wanted.has(title)),
    titleKey,
  );
  const byKey = Map.groupBy(columns, titleKey);
  return new Map(
    missing.flatMap((column): readonly [string, string][] => {
      const key = titleKey(column);
      const [title, ...more] = others.get(key) ?? [];
      const isOnly = title !== undefined && more.length === 0 && byKey.get(key)?.length === 1;
      return isOnly ? [[title, column]] : [];
    }),
  );
}
