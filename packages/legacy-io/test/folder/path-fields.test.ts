import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldsOfPath } from "../../src/folder/paths/fields-of-path.ts";
import { type PathFieldsMap, parsePathFields } from "../../src/folder/paths/path-fields.ts";
import { caught } from "../support/caught.ts";

const read = (pattern: string, path: string, map: PathFieldsMap = {}): unknown =>
  fieldsOfPath(parsePathFields(pattern, map), path);

describe("the fields that folder names hold", () => {
  it.each([
    ["{treatment}/{date}/*", "28d AngII/20250722/a.tif", { treatment: "28d AngII", date: "20250722" }],
    [
      "{treatment}/{date}/*",
      "28d AngII/20250722/deep/er/a.tif",
      { treatment: "28d AngII", date: "20250722" },
    ],
    ["{treatment}", "AngII/a.tif", { treatment: "AngII" }],
    ["*/{animal}", "lab/A89/a.tif", { animal: "A89" }],
    ["raw/{date}_{animal}/*", "raw/20250722_A89_left/a.tif", { date: "20250722", animal: "A89_left" }],
    ["m{animal}-d{depth}um/*", "m7-d120.5um/a.tif", { animal: "7", depth: 120.5 }],
    ["a[1]+/{note}/*", "a[1]+/x.y$/a.tif", { note: "x.y$" }],
    ["{treatment}/*", "Gr\u006f\u0308\u00dfe/a.tif", { treatment: "Gr\u00f6\u00dfe" }],
  ])("%s reads %s", (pattern, path, fields) => {
    expect(read(pattern, path)).toEqual(fields);
  });

  it.each([
    ["{treatment}/{date}/*", "20250722/a.tif", "a folder is missing"],
    ["{treatment}/{date}", "AngII/a.tif", "a file's name is not a folder's"],
    ["{treatment}", "a.tif", "a file's name is not a folder's"],
    ["x{animal}/*", "x/a.tif", "a field has at least one character"],
    ["{date}_{animal}/*", "_A89/a.tif", "a field has at least one character"],
    ["{date}_{animal}/*", "20250722_/a.tif", "a field has at least one character"],
    ["raw/{animal}/*", "Raw/A89/a.tif", "text is matched as it stands"],
    ["a{animal}b/*", "aXbc/a.tif", "text after a field ends the name"],
    ["{depth}/*", "deep/a.tif", "a depth is a number"],
    ["{depth}/*", "Infinity/a.tif", "a depth is a finite number"],
  ])("%s does not read %s: %s", (pattern, path) => {
    expect(read(pattern, path)).toBeUndefined();
  });

  it("a mapped name is stored as its value, an empty value stores nothing, other names stay", () => {
    const map = { treatment: { "28d AngII": "AngII", none: "" }, depth: { deep: "200" } };
    const of = (path: string): unknown => read("{treatment}/{depth}/*", path, map);
    expect(of("28d AngII/deep/a.tif")).toEqual({ treatment: "AngII", depth: 200 });
    expect(of("none/10/a.tif")).toEqual({ depth: 10 });
    expect(of("toString/10/a.tif")).toEqual({ treatment: "toString", depth: 10 });
  });

  it("any names that a pattern's texts do not occur in come back from a path made of them", () => {
    const name = fc.stringMatching(/^[a-z0-9 .()é+$^]{1,8}$/).map((text) => text.normalize("NFC"));
    const text = fc.stringMatching(/^[A-Z_\-[\]]{1,4}$/);
    fc.assert(
      fc.property(name, name, name, text, text, fc.array(name, { maxLength: 3 }), (a, b, c, x, y, deeper) => {
        const path = [`${x}${a}${y}${b}`, c, ...deeper, "scan.tif"].join("/");
        const fields = { treatment: a, date: b, animal: c };
        expect(read(`${x}{treatment}${y}{date}/{animal}/*`, path)).toEqual(fields);
        expect(read(`${x}{treatment}${y}{date}/{animal}`, path)).toEqual(fields);
        expect(read(`*/{animal}/*`, path)).toEqual({ animal: c });
      }),
    );
  });

  it("whatever matches can be put together again from its fields and the pattern's texts", () => {
    const word = fc.stringMatching(/^[ab_]{0,6}$/);
    fc.assert(
      fc.property(
        word,
        fc.stringMatching(/^[ab_]{1,3}$/),
        word,
        fc.stringMatching(/^[ab_]{1,14}$/),
        (x, y, z, folder) => {
          const fields = fieldsOfPath(parsePathFields(`${x}{treatment}${y}{date}${z}`), `${folder}/a.tif`);
          const isPossible = new RegExp(`^${x}.+${y}.+${z}$`).test(folder);
          expect(fields !== undefined).toBe(isPossible);
          if (fields !== undefined) {
            expect(`${x}${fields["treatment"]}${y}${fields["date"]}${z}`).toBe(folder);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("a path of any length takes time proportional to it", () => {
    const pattern = "{treatment}a{date}a{animal}a{note}a{sex}b/*";
    const started = performance.now();
    expect(read(pattern, `${"a".repeat(200_000)}/a.tif`)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("a pattern of folder names", () => {
  it.each([
    ["", 1, "a part is empty"],
    ["/{date}", 1, "a part is empty"],
    ["{date}//*", 8, "a part is empty"],
    ["{date}/", 8, "a part is empty"],
    ["{date}/../*", 8, '".." is not the name of a folder'],
    ["*/*", 1, "it names no field; the fields are species"],
    ["{date/x}/*", 1, '"{" is not closed'],
    ["x{date", 2, '"{" is not closed'],
    ["ab}/{date}", 3, '"}" closes nothing'],
    ["{date}*/*", 7, '"*" stands for a whole part'],
    ["{date}\\*", 7, 'separated by "/"'],
    ["{date}{animal}/*", 7, "two fields need a text between them"],
    ["{date}/{date}", 9, "{date} stands twice"],
    ["x/{tratment}/*", 4, 'there is no field "tratment"; the fields are species'],
    ["{}/*", 2, "{} names no field"],
    ["{toString}/*", 2, 'there is no field "toString"'],
  ])("%s is refused at character %d: %s", async (pattern, character, why) => {
    const error = await caught(() => parsePathFields(pattern));
    expect(error).toMatchObject({ code: "invalid_argument", details: { offset: character - 1 } });
    expect(String(error)).toContain(`at character ${character}: `);
    expect(String(error)).toContain(why);
  });

  it("is refused beyond 1000 characters", async () => {
    const error = await caught(() => parsePathFields(`{date}/${"x".repeat(1000)}`));
    expect(String(error)).toContain("at character 1001: it is longer than 1000 characters");
  });

  it("a name can be mapped only for a field of the pattern", async () => {
    const error = await caught(() => parsePathFields("{date}/*", { treatment: { a: "b" } }));
    expect(error).toMatchObject({
      code: "invalid_argument",
      details: { expected: ["date"], found: "treatment" },
    });
  });
});
