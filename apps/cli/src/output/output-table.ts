// A table that a command gives to its user: named columns with their types and units.

import type { CellValue, Column } from "@kym/zarr-store";

export interface OutputColumn extends Pick<Column, "name" | "type" | "unit"> {
  /** One per row. A missing value is null. */
  readonly values: readonly CellValue[];
}

export interface OutputTable {
  readonly columns: readonly OutputColumn[];
  readonly rowCount: number;
}
