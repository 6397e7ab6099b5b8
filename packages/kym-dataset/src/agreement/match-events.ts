// Matches the events of one image in two copies of a dataset by their ids.

import { COLUMNS } from "@kym/kym-schema";
import type { CellValue, Row } from "@kym/zarr-store";

/** The columns that say of which type an event is: by a detector or a person, and by the person who reviewed it. */
export const TYPE_COLUMNS: readonly TypeColumn[] = [COLUMNS.eventType, COLUMNS.userType];
export type TypeColumn = typeof COLUMNS.eventType | typeof COLUMNS.userType;

/** The types of one event in both copies. Null if a copy does not say. */
export interface MatchedEvent {
  readonly id: string;
  readonly types: Readonly<
    Record<TypeColumn, { readonly first: string | null; readonly second: string | null }>
  >;
}

/** The events of one image. */
export interface EventMatch {
  readonly matched: readonly MatchedEvent[];
  /** Ids that only one copy has. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  /** Ids that stand twice in a copy: which event is meant is not known. */
  readonly ambiguous: readonly string[];
  /** The number of rows without an id, of both copies together. */
  readonly withoutId: number;
}

/** Matches the rows of two event tables by `event_id`. Decides only; the order is that of the first table. */
export function matchEvents(first: readonly Row[], second: readonly Row[]): EventMatch {
  const [a, b] = [byId(first), byId(second)];
  const ambiguous = new Set([...a, ...b].filter(([, rows]) => rows.length > 1).map(([id]) => id));
  const isClear = (id: string): boolean => !ambiguous.has(id);
  return {
    matched: [...a].flatMap(([id, [row]]): MatchedEvent[] => {
      const other = b.get(id)?.[0];
      return row === undefined || other === undefined || !isClear(id) ? [] : [matchedOf(id, row, other)];
    }),
    onlyFirst: [...a.keys()].filter((id) => isClear(id) && !b.has(id)),
    onlySecond: [...b.keys()].filter((id) => isClear(id) && !a.has(id)),
    ambiguous: [...ambiguous],
    withoutId: [first, second].flat().filter((row) => idOf(row) === undefined).length,
  };
}

/** How many events a table has of each type, an unknown one under "". */
export function countTypes(rows: readonly Row[], column: TypeColumn): ReadonlyMap<string, number> {
  return new Map(
    [...Map.groupBy(rows, (row) => textOf(row[column]) ?? "")].map(([type, events]) => [type, events.length]),
  );
}

function matchedOf(id: string, first: Row, second: Row): MatchedEvent {
  const typeIn = (column: TypeColumn): MatchedEvent["types"][TypeColumn] => ({
    first: textOf(first[column]),
    second: textOf(second[column]),
  });
  return {
    id,
    types: { [COLUMNS.eventType]: typeIn(COLUMNS.eventType), [COLUMNS.userType]: typeIn(COLUMNS.userType) },
  };
}

function byId(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(
    rows.filter((row) => idOf(row) !== undefined),
    (row) => idOf(row) ?? "",
  );
}

function idOf(row: Row): string | undefined {
  const id = row[COLUMNS.eventId];
  return id === null || id === undefined || id === "" ? undefined : String(id);
}

function textOf(value: CellValue | undefined): string | null {
  return value === null || value === undefined || value === "" ? null : String(value);
}
