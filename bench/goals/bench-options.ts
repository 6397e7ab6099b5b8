// Reads the command line of `bench`.

import { parseArgs } from "node:util";

export interface BenchOptions {
  /** Rooms, or goals within them; none stands for all. */
  readonly names: readonly string[];
  readonly rounds: number | undefined;
  readonly isShort: boolean;
  /** Whether the run fails if a goal is not met. */
  readonly check: boolean;
  readonly write: boolean;
  readonly list: boolean;
  /** The file that gets the JSON; `-` is the output, in place of the table. */
  readonly json: string | undefined;
}

/** @throws {Error} for an option or a name that is not known */
export function parseBenchOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      check: { type: "boolean", default: false },
      json: { type: "string" },
      list: { type: "boolean", default: false },
      rounds: { type: "string" },
      short: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !known.some((one) => isWithin(one, name)));
  if (unknown !== undefined) {
    const rooms = known.filter((name) => !name.includes("."));
    throw new Error(`bench: there is no measure "${unknown}"; there are ${rooms.join(", ")}`);
  }
  if (values.rounds !== undefined && !/^[1-9]\d{0,3}$/.test(values.rounds)) {
    throw new Error(`--rounds: expected a whole number of at least 1, found "${values.rounds}"`);
  }
  return {
    names: positionals,
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
    isShort: values.short,
    check: values.check,
    write: values.write,
    list: values.list,
    json: values.json,
  };
}

/** Whether `name` is `id`, or the beginning of it up to a dot. */
export function isWithin(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name}.`);
}
