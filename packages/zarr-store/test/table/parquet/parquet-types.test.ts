// What the footer of a Parquet file says of its columns, and what may reach the WebAssembly reader.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstUnread } from "../../../src/table/parquet/first-unread.ts";
import { decodeParquet } from "../../../src/table/parquet/parquet.ts";
import { type ParquetField, parquetFooterOf } from "../../../src/table/parquet/parquet-footer.ts";
import { rowsOf } from "../../../src/table/rows/rows-of.ts";
import { schemaOfTable } from "../../../src/table/table-schema.ts";
import { caught } from "../../support/caught.ts";

const leaf = (name: string, more: Partial<ParquetField> = {}): ParquetField => ({
  ...{ name, physical: "int64", repetition: "optional", meaning: undefined },
  ...{ typeLength: 0, precision: 0, scale: 0, fieldId: undefined, children: [] },
  ...more,
});
const group = (
  name: string,
  children: readonly ParquetField[],
  more: Partial<ParquetField> = {},
): ParquetField => leaf(name, { physical: undefined, children, ...more });
const list = (element: ParquetField): ParquetField =>
  group("k", [group("list", [element], { repetition: "repeated" })], { meaning: "list" });

describe("the columns of a Parquet file", () => {
  test("of decimals, dates, times, durations, lists and wide dictionaries are read with all their digits", async () => {
    const table = await decodeParquet(PYARROW);
    expect([...rowsOf(table)]).toEqual([
      {
        decimal: 0.8,
        wide: "12345678901234.56",
        date: "2025-07-22",
        time: 1000n,
        duration: -5_000_000n,
        list: "[1, null]",
        dictionary: "y",
        flag: true,
      },
      Object.fromEntries(table.schema.fields.map(({ name }) => [name, null])),
    ]);
    expect(
      schemaOfTable(table)
        .columns.filter(({ unit }) => unit === "ns")
        .map(({ name }) => name),
    ).toEqual(["time", "duration"]);
  });

  test("have in the footer the types that their writer gave them", () => {
    const { fields, arrowSchema } = parquetFooterOf(PYARROW);
    expect(fields.map(({ name, physical, meaning }) => `${name}: ${physical} ${meaning}`)).toEqual([
      "decimal: fixed_len_byte_array decimal",
      "wide: fixed_len_byte_array decimal",
      "date: int32 date",
      "time: int64 time",
      "duration: int64 undefined",
      "list: undefined list",
      "dictionary: byte_array string",
      "flag: boolean undefined",
    ]);
    expect(fields[1]).toMatchObject({ precision: 16, scale: 2 });
    expect(arrowSchema).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  test.each<[ParquetField, string]>([
    [leaf("k", { physical: "byte_array" }), "binary"],
    [leaf("k", { physical: "fixed_len_byte_array", typeLength: 7 }), "fixed_size_binary[7]"],
    [leaf("k", { physical: "fixed_len_byte_array", typeLength: 16, meaning: "uuid" }), "uuid"],
    [leaf("k", { physical: "fixed_len_byte_array", typeLength: 12, meaning: "interval" }), "interval"],
    [leaf("k", { physical: "byte_array", meaning: "bson" }), "bson"],
    [leaf("k", { physical: "byte_array", meaning: "geometry" }), "geometry"],
    [leaf("k", { physical: "double", meaning: "decimal", precision: 3, scale: 2 }), "decimal(3, 2)"],
    [leaf("k", { repetition: "repeated" }), "repeated int64"],
    [group("k", [leaf("a"), leaf("b", { physical: "float" })]), "struct<a: int64, b: float>"],
    [
      group("k", [group("key_value", [leaf("key"), leaf("value")], { repetition: "repeated" })], {
        meaning: "map",
      }),
      "map<int64, int64>",
    ],
    [group("k", [leaf("metadata")], { meaning: "variant" }), "variant<metadata: int64>"],
    [list(group("element", [leaf("a")])), "list<struct<a: int64>>"],
    [list(leaf("element", { physical: "byte_array" })), "list<binary>"],
    // A list of two levels, as old writers made it.
    [
      group("k", [leaf("array", { repetition: "repeated" })], { meaning: "list" }),
      "list<array: repeated int64>",
    ],
  ])("of a type that is not read are named with it: %#", (field, type) => {
    expect(firstUnread([leaf("first"), field, leaf("k2", { physical: "byte_array" })])).toEqual({
      name: "k",
      type,
    });
  });

  test("are bounded, whatever the footer says: any change of it ends in a table or a typed error", async () => {
    const start = PYARROW.length - 8 - new DataView(PYARROW.buffer).getUint32(PYARROW.length - 8, true);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: start, max: PYARROW.length - 9 }), fc.nat(255), async (at, byte) => {
        const bytes = PYARROW.with(at, byte);
        try {
          parquetFooterOf(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect(await caught(() => decodeParquet(bytes))).toMatchObject({ code: "invalid_file" });
        }
      }),
      { numRuns: 400 },
    );
    const garbage = fc.uint8Array({ maxLength: 64 }).map((body) => {
      const bytes = new Uint8Array([
        ...new TextEncoder().encode("PAR1"),
        ...body,
        0,
        0,
        0,
        0,
        0x50,
        0x41,
        0x52,
        0x31,
      ]);
      new DataView(bytes.buffer).setUint32(bytes.length - 8, body.length, true);
      return bytes;
    });
    await fc.assert(
      fc.asyncProperty(garbage, async (bytes) => {
        expect(await caught(() => decodeParquet(bytes))).toMatchObject({
          code: expect.stringMatching(/^(invalid_file|not_supported)$/),
        });
      }),
      { numRuns: 100 },
    );
  });
});

/** What pyarrow 26 writes for one column of each type. */
const PYARROW = new Uint8Array(
  Buffer.from(
    [
      "UEFSMRUEFQQVFkwVAhUAEgAAKLUv/SACEQAAAFAVABUSFSQsFQQVEBUGFQYcAAAAKLUv/SAJSQAAAgAAAAMBAQIAFQQVDhUgTBUC",
      "FQASAAAotS/9IAc5AAAEYtU8irrAFQAVEhUkLBUEFRAVBhUGHAAAACi1L/0gCUkAAAIAAAADAQECABUEFQgVGkwVAhUAEgAAKLUv",
      "/SAEIQAAQ08AABUAFRIVJCwVBBUQFQYVBhwAAAAotS/9IAlJAAACAAAAAwEBAgAVBBUQFSJMFQIVABIAACi1L/0gCEEAAAEAAAAA",
      "AAAAFQAVEhUkLBUEFRAVBhUGHAAAACi1L/0gCUkAAAIAAAADAQECABUEFRAVIkwVAhUAEgAAKLUv/SAIQQAA+/////////8VABUS",
      "FSQsFQQVEBUGFQYcAAAAKLUv/SAJSQAAAgAAAAMBAQIAFQQVEBUiTBUCFQASAAAotS/9IAhBAAABAAAAAAAAABUAFSAVMiwVBhUQ",
      "FQYVBhwAAAAotS/9IBCBAAACAAAAAwIDAAAAAwsAAQIAFQQVFBUmTBUEFQASAAAotS/9IApRAAABAAAAeAEAAAB5FQAVEhUkLBUE",
      "FRAVBhUGHAAAACi1L/0gCUkAAAIAAAADAQECARUAFQ4VICwVBBUAFQYVBhwAAAAotS/9IAc5AAACAAAAAwEBFQQZvDUAGAZzY2hl",
      "bWEVEAAVDhUEFQIYB2RlY2ltYWwlChUEFQYsXBUEFQYAAAAVDhUOFQIYBHdpZGUlChUEFSAsXBUEFSAAAAAVAiUCGARkYXRlJQxM",
      "bAAAABUEJQIYBHRpbWVsfBIcLAAAAAAAFQQlAhgIZHVyYXRpb24ANQIYBGxpc3QVAhUGTDwAAAA1BBgEbGlzdBUCABUEJQIYB2Vs",
      "ZW1lbnQAFQwlAhgKZGljdGlvbmFyeSUATBwAAAAVACUCGARmbGFnABYEGRwZjCYAHBUOGTUABhAZGAdkZWNpbWFsFQwWBBZYFnwm",
      "OiYIKSwVBBUAFQIAFQAVEBUCADwpBhkmAgIAAAAmABwVDhk1AAYQGRgEd2lkZRUMFgQWYhaGASbAASaEASksFQQVABUCABUAFRAV",
      "AgA8KQYZJgICAAAAJgAcFQIZNQAGEBkYBGRhdGUVDBYEFlwWgAEmwAImigIpLBUEFQAVAgAVABUQFQIAPCkGGSYCAgAAACYAHBUE",
      "GTUABhAZGAR0aW1lFQwWBBZkFogBJsgDJooDKSwVBBUAFQIAFQAVEBUCADwpBhkmAgIAAAAmABwVBBk1AAYQGRgIZHVyYXRpb24V",
      "DBYEFmQWiAEm0AQmkgQpLBUEFQAVAgAVABUQFQIAPCkGGSYCAgAAACYAHBUEGTUABhAZOARsaXN0BGxpc3QHZWxlbWVudBUMFgYW",
      "chaWASbYBSaaBSksFQQVABUCABUAFRAVAgA8KSYEAhlGAgACAgAAACYAHBUMGTUABhAZGApkaWN0aW9uYXJ5FQwWBBZoFowBJvIG",
      "JrAGKSwVBBUAFQIAFQAVEBUCADwWAhkGGSYCAgAAACYAHBUAGSUGABkYBGZsYWcVDBYEFjQWRia8B0kcFQAVABUCADwpBhkmAgIA",
      "AAAW7AUWBCYIFvoHABkcGAxBUlJPVzpzY2hlbWEYjAYvLy8vLzBBQ0FBQVFBQUFBQUFBS0FBd0FCZ0FGQUFnQUNnQUFBQUFCQkFB",
      "RUFBQUFjUC8vL3dRQUFBQUlBQUFBNEFFQUFKd0JBQUJvQVFBQUxBRUFBUGdBQUFDUUFBQUFRQUFBQUFRQUFBQlEvdi8vQUFBQkJo",
      "QUFBQUFZQUFBQUJBQUFBQUFBQUFBRUFBQUFabXhoWndBQUFBQVUvLy8vRUFBWUFBZ0FCZ0FIQUF3QUVBQVVBQkFBQUFBQUFBRUZG",
      "QUFBQUR3QUFBQWtBQUFBQkFBQUFBQUFBQUFLQUFBQVpHbGpkR2x2Ym1GeWVRQUFDQUFJQUFBQUJBQUlBQUFBQkFBQUFLRC8vLzhB",
      "QUFBQlFBQUFBSEQvLy8vVS92Ly9BQUFCREJRQUFBQWNBQUFBQkFBQUFBRUFBQUFVQUFBQUJBQUFBR3hwYzNRQUFBQUFuUC8vL3dE",
      "Ly8vOEFBQUVDRUFBQUFDQUFBQUFFQUFBQUFBQUFBQVFBQUFCcGRHVnRBQUFBQUFnQURBQUlBQWNBQ0FBQUFBQUFBQUZBQUFBQU9Q",
      "Ly8vd0FBQVJJUUFBQUFJQUFBQUFRQUFBQUFBQUFBQ0FBQUFHUjFjbUYwYVc5dUFBQUFBQVFBQkFBRUFBQUFhUC8vL3dBQUFRa1FB",
      "QUFBSUFBQUFBUUFBQUFBQUFBQUJBQUFBSFJwYldVQUFBQUFDQUFNQUFZQUNBQUlBQUFBQUFBQ0FFQUFBQUNnLy8vL0FBQUJDQkFB",
      "QUFBY0FBQUFCQUFBQUFBQUFBQUVBQUFBWkdGMFpRQUFCZ0FJQUFZQUJnQUFBQUFBQUFEUS8vLy9BQUFCQnhBQUFBQVlBQUFBQkFB",
      "QUFBQUFBQUFFQUFBQWQybGtaUUFBQUFEQS8vLy9FQUFBQUFJQUFBQVFBQlFBQ0FBR0FBY0FEQUFBQUJBQUVBQUFBQUFBQVFjUUFB",
      "QUFJQUFBQUFRQUFBQUFBQUFBQndBQUFHUmxZMmx0WVd3QUNBQU1BQVFBQ0FBSUFBQUFBd0FBQUFJQUFBQT0AGCBwYXJxdWV0LWNw",
      "cC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRmMHAAAHAAAHAAAHAAAHAAAHAAAHAAAHAAAABkGAABQQVIx",
    ].join(""),
    "base64",
  ),
);
