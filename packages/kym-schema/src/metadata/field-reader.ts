import { isJsonObject, type JsonObject } from "./json-object.ts";

/** A field that is not what its place asks for; it is taken as absent. */
export interface MetadataProblem {
  /** Such as `$.header.voxels`. */
  readonly path: string;
  readonly message: string;
}

/**
 * Reads the fields of an object that people and programs have edited: a field of another type is noted and taken as
 * absent, so that one bad field does not hide the others. Null is absent.
 */
export class FieldReader {
  readonly #object: JsonObject;
  readonly #path: string;
  readonly #problems: MetadataProblem[] = [];
  readonly #known = new Set<string>();

  constructor(value: unknown, path: string) {
    this.#path = path;
    this.#object = isJsonObject(value) ? value : {};
    if (value !== undefined && value !== null && !isJsonObject(value)) {
      this.#problems.push({ path, message: `${path}: expected an object, found ${describe(value)}` });
    }
  }

  get problems(): readonly MetadataProblem[] {
    return this.#problems;
  }

  /** The fields that were not asked for, as they came. */
  rest(): JsonObject {
    return Object.fromEntries(Object.entries(this.#object).filter(([key]) => !this.#known.has(key)));
  }

  /** Any value. */
  value(key: string): unknown {
    this.#known.add(key);
    return Object.hasOwn(this.#object, key) ? (this.#object[key] ?? undefined) : undefined;
  }

  text(key: string): string | undefined {
    return this.#read(key, "a string", isText);
  }

  /** A finite number; an empty string, which older files have for "none", is absent. */
  number(key: string): number | undefined {
    return this.#isBlank(key) ? undefined : this.#read(key, "a finite number", isFiniteNumber);
  }

  boolean(key: string): boolean | undefined {
    return this.#read(key, "true or false", (value) => typeof value === "boolean");
  }

  /** An integer of any size. */
  bigint(key: string): bigint | undefined {
    const value = this.#isBlank(key) ? undefined : this.#read(key, "an integer", isInteger);
    return value === undefined ? undefined : BigInt(value);
  }

  numbers(key: string): readonly number[] | undefined {
    return this.#read(key, "a list of finite numbers", (value) => isListOf(value, isFiniteNumber));
  }

  texts(key: string): readonly string[] | undefined {
    return this.#read(key, "a list of strings", (value) => isListOf(value, isText));
  }

  list(key: string): readonly unknown[] | undefined {
    return this.#read(key, "a list", (value) => isListOf(value, isAnything));
  }

  #read<T>(key: string, expected: string, isValid: (value: unknown) => value is T): T | undefined {
    const value = this.value(key);
    if (value === undefined || isValid(value)) {
      return value;
    }
    const path = `${this.#path}.${key}`;
    this.#problems.push({ path, message: `${path}: expected ${expected}, found ${describe(value)}` });
    return undefined;
  }

  #isBlank(key: string): boolean {
    return this.value(key) === "";
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

function isAnything(_value: unknown): _value is unknown {
  return true;
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

function describe(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.slice(0, 60));
  }
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : String(value);
}
