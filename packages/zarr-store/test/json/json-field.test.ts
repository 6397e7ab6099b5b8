import { expect, test } from "vitest";
import {
  bigintOf,
  booleanOf,
  collectFaults,
  integerOf,
  isFiniteNumber,
  itemsOf,
  type JsonField,
  listOf,
  memberOf,
  numberOf,
  objectOf,
  oneOf,
  stringOf,
  throwFault,
} from "../../src/json/json-field.ts";

const onFault = throwFault(
  ({ where, path }, expected) => new RangeError(`${where}: ${path} is not ${expected}`),
);

function strict(value: unknown): JsonField {
  return { value, path: "", where: "a.json", onFault };
}

function lenient(value: unknown, faults: string[]): JsonField<undefined> {
  const noted = collectFaults(faults, ({ path }, expected) => `${path} is not ${expected}`);
  return { value, path: "$", where: "a.json", onFault: noted };
}

test("a field of the expected type is read as it is, at any depth", () => {
  const root = strict({ a: [{ name: "x", size: 3, step: 0.5, on: true }], id: 2n ** 60n, kind: "put" });
  const item = itemsOf(memberOf(root, "a"), 1)[0] ?? root;
  expect(stringOf(memberOf(item, "name"))).toBe("x");
  expect(integerOf(memberOf(item, "size"), 3, 3)).toBe(3);
  expect(bigintOf(memberOf(item, "size"))).toBe(3n);
  expect(numberOf(memberOf(item, "step"))).toBe(0.5);
  expect(booleanOf(memberOf(item, "on"))).toBe(true);
  expect(bigintOf(memberOf(root, "id"))).toBe(2n ** 60n);
  expect(oneOf(memberOf(root, "kind"), ["delete", "put"])).toBe("put");
  expect(listOf(strict([1, 2]), "numbers", isFiniteNumber)).toEqual([1, 2]);
});

test.for<[string, (field: JsonField) => unknown, unknown, string]>([
  ["a list is no object", objectOf, [], "an object"],
  ["null is no object", objectOf, null, "an object"],
  ["an object is not a list", itemsOf, {}, "a list"],
  ["a list can be too long", (field) => itemsOf(field, 1), [1, 2], "a list of at most 1"],
  ["every item must fit", (field) => listOf(field, "numbers", isFiniteNumber), [1, Number.NaN], "numbers"],
  ["a number is not a string", (field) => stringOf(field), 1, "a string"],
  ["a document has its own word", (field) => stringOf(field, "text"), 1, "text"],
  ["no other string will do", (field) => oneOf(field, ["a", "b"]), "c", '"a" or "b"'],
  ["an integer can be too small", (field) => integerOf(field, 1, 9), 0, "an integer from 1 to 9"],
  ["an integer can be too large", (field) => integerOf(field, 1, 9), 10, "an integer from 1 to 9"],
  ["a fraction is no integer", (field) => integerOf(field, 0, 9), 0.5, "an integer from 0 to 9"],
  ["a number beyond 2^53 is not exact", bigintOf, 2 ** 53, "an integer"],
  ["infinity is no finite number", numberOf, Number.POSITIVE_INFINITY, "a finite number"],
  ["1 is not true", booleanOf, 1, "true or false"],
])("the caller's error is thrown with the path of the field: %s", ([, read, value, expected]) => {
  const field = memberOf(strict({ outer: { key: value } }), "outer");
  expect(() => read(memberOf(field, "key"))).toThrow(new RangeError(`a.json: outer.key is not ${expected}`));
});

test("where faults are thrown, an absent member is one, and a prototype has none", () => {
  expect(() => stringOf(memberOf(strict({}), "constructor"))).toThrow("a.json: constructor is not a string");
  expect(() => memberOf(strict(5), "a")).toThrow("a.json:  is not an object");
});

test("where faults are collected, a bad field is absent and the others are read", () => {
  const faults: string[] = [];
  const root = lenient({ name: 5, size: 3, list: [1, "b"] }, faults);
  expect(stringOf(memberOf(root, "name"))).toBeUndefined();
  expect(numberOf(memberOf(root, "size"))).toBe(3);
  expect(listOf(memberOf(root, "list"), "a list of numbers", isFiniteNumber)).toBeUndefined();
  expect(faults).toEqual(["$.name is not a string", "$.list is not a list of numbers"]);
});

test("where faults are collected, what is absent or null is none", () => {
  const faults: string[] = [];
  const root = lenient({ none: null }, faults);
  expect(stringOf(memberOf(root, "none"))).toBeUndefined();
  expect(stringOf(memberOf(root, "missing"))).toBeUndefined();
  expect(stringOf(memberOf(memberOf(root, "missing"), "deeper"))).toBeUndefined();
  expect(faults).toEqual([]);
});
