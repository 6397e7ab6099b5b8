// `--where`: selects images by one boolean expression of SQL over the table of images.

import { COLUMNS } from "@kym/kym-schema";
import type { ZarrDataset } from "@kym/zarr-store";
import type { CommandContext } from "../arguments/command.ts";
import { loadBlindNames } from "../blind/blind-names.ts";
import { withDuckDb } from "../sql/duckdb-session.ts";
import { isSingleExpression } from "../sql/single-expression.ts";
import { writeImages } from "../sql/write-images.ts";
import { CliError, usageError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { counted } from "../terminal/text-table.ts";
import { namingOf, seedOf } from "./blind.ts";
import { IMAGES_TABLE, type ImagesTable, loadImagesTable } from "./images-table.ts";

/** The option of each command that works on a selection. */
export const WHERE_OPTION = {
  where: { value: "SQL", help: "only images for which this is true, such as \"condition = 'AngII'\"" },
} as const;

/** The images for which an expression is true. */
export interface SelectedImages {
  /** In the order of the table of images. */
  readonly imageIds: readonly string[];
  /** For how many images the expression is NULL, because it asks for something that is not known of them. */
  readonly leftOutForNull: number;
}

/**
 * Selects the images of a dataset for which `where` is true. NULL is not true. With `--blind`, columns that tell what a
 * scan is are NULL, and ids are blind names. The expression runs alone and read-only, and cannot reach files or the network.
 *
 * @throws {CliError} `usage` for a text that is not one boolean expression; `invalid_sql` with what DuckDB says
 */
export async function selectImages(
  context: Pick<CommandContext, "options" | "signal" | "onExit">,
  dataset: ZarrDataset,
  where: string,
): Promise<SelectedImages> {
  const { signal } = context;
  const naming = namingOf(context);
  const blind = naming.blind ? await loadBlindNames(dataset, seedOf(naming)) : undefined;
  const table = await loadImagesTable(dataset, { blind, signal });
  const selected = await selectFrom(context, table, where);
  return blind === undefined
    ? selected
    : { ...selected, imageIds: selected.imageIds.flatMap((name) => blind.idOf(name) ?? []) };
}

/** The same for a table that was loaded before. */
export async function selectFrom(
  context: Pick<CommandContext, "signal" | "onExit">,
  table: ImagesTable,
  where: string,
): Promise<SelectedImages> {
  return withDuckDb(context, async ({ connection, folder }) => {
    try {
      await connection.run(`create table ${IMAGES_TABLE} as ${await writeImages(folder, table)}`);
      await connection.run("set enable_external_access = false; set lock_configuration = true");
      if (!(await isSingleExpression(connection, where, IMAGES_TABLE))) {
        throw usageError(`--where ${JSON.stringify(where)} is not one boolean expression`, WHERE_HINT);
      }
      const wanted = `select ${COLUMNS.imageId}, (${where}\n) as wanted from ${IMAGES_TABLE}`;
      const [, type] = (await connection.runAndReadAll(`describe ${wanted}`)).getRows().map((row) => row[1]);
      if (type !== "BOOLEAN") {
        throw usageError(
          `--where ${JSON.stringify(where)} is a value (${String(type)}), not true or false`,
          WHERE_HINT,
        );
      }
      context.signal.throwIfAborted();
      const answers = (await connection.runAndReadAll(wanted)).getRows();
      if (answers.length !== table.rows.length) {
        throw usageError(`--where ${JSON.stringify(where)} gives several answers for an image`, WHERE_HINT);
      }
      const isWanted = new Map(answers.map(([id, answer]) => [String(id), answer]));
      const imageIds = table.rows.map((row) => String(row[COLUMNS.imageId]));
      return {
        imageIds: imageIds.filter((id) => isWanted.get(id) === true),
        leftOutForNull: imageIds.filter((id) => isWanted.get(id) === null).length,
      };
    } catch (error) {
      throw whereError(error, where);
    }
  });
}

/** Says how many images were left out because the expression is NULL for them; an empty list without such images. */
export function leftOutNotes({ leftOutForNull: count }: SelectedImages): readonly string[] {
  return count === 0
    ? []
    : [
        `${counted(count, "image")} left out, for which --where is NULL: something that it asks for is not known`,
      ];
}

const WHERE_HINT = `for example --where "dtype = 'uint16' and n_rois > 0"; text goes in single quotes`;

function whereError(error: unknown, where: string): unknown {
  if (!(error instanceof Error) || "code" in error) {
    return error;
  }
  const message = `--where ${JSON.stringify(where)}: ${error.message.split("\n\nLINE")[0]}`;
  return new CliError(EXIT.usage, "invalid_sql", message, { hint: WHERE_HINT, cause: error });
}
