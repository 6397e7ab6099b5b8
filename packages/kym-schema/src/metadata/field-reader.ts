// Reads fields of metadata that people and programs have edited, and collects what is wrong with them.

import {
  bigintOf,
  booleanOf,
  collectFaults,
  isFiniteNumber,
  isString,
  itemsOf,
  type JsonField,
  listOf,
  memberOf,
  numberOf,
  objectOf,
  stringOf,
} from "@kym/zarr-store/json";
import { ARTIFACTS } from "../artifact-names.ts";
import type { JsonObject } from "./json-object.ts";

/** A field with an invalid value; it counts as absent. */
export interface MetadataProblem {
  /** The path of the field, such as `$.header.voxels`. */
  readonly path: string;
  readonly message: string;
}

/**
 * Reads the fields of one object. It collects faults instead of throwing, and remembers which fields were read,
 * so that the rest can be kept. Null counts as absent.
 */
export class FieldReader {
  readonly #root: JsonField<undefined>;
  readonly #object: JsonObject;
  readonly #problems: MetadataProblem[] = [];
  readonly #known = new Set<string>();

  constructor(value: unknown, path: string) {
    const onFault = collectFaults(this.#problems, problemOf);
    const given = { value, path, where: ARTIFACTS.metadata, onFault };
    this.#object = objectOf(given) ?? {};
    this.#root = { ...given, value: this.#object };
  }

  get problems(): readonly MetadataProblem[] {
    return this.#problems;
  }

  /** The fields that were not read, unchanged. */
  rest(): JsonObject {
    return Object.fromEntries(Object.entries(this.#object).filter(([key]) => !this.#known.has(key)));
  }

  /** Any value. */
  value(key: string): unknown {
    return this.#field(key).value ?? undefined;
  }

  text(key: string): string | undefined {
    return stringOf(this.#field(key));
  }

  /** A finite number. An empty string counts as absent: older files have it for "none". */
  number(key: string): number | undefined {
    return numberOf(this.#filled(key));
  }

  boolean(key: string): boolean | undefined {
    return booleanOf(this.#field(key));
  }

  /** An integer of any size; an empty string counts as absent. */
  bigint(key: string): bigint | undefined {
    return bigintOf(this.#filled(key));
  }

  numbers(key: string): readonly number[] | undefined {
    return listOf(this.#field(key), "a list of finite numbers", isFiniteNumber);
  }

  texts(key: string): readonly string[] | undefined {
    return listOf(this.#field(key), "a list of strings", isString);
  }

  list(key: string): readonly unknown[] | undefined {
    return itemsOf(this.#field(key))?.map(({ value }) => value);
  }

  #field(key: string): JsonField<undefined> {
    this.#known.add(key);
    return memberOf(this.#root, key);
  }

  #filled(key: string): JsonField<undefined> {
    const field = this.#field(key);
    return field.value === "" ? { ...field, value: undefined } : field;
  }
}

function problemOf({ path, value }: JsonField<undefined>, expected: string): MetadataProblem {
  return { path, message: `${path}: expected ${expected}, found ${describe(value)}` };
}

function describe(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.slice(0, 60));
  }
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : String(value);
}
