import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { followDirectories } from "../../../src/tiff/header/follow-directories.ts";
import { caught } from "../../support/caught.ts";

/** A chain in memory: the next offset for each offset. Counts how often an offset is read. */
function chain(next: ReadonlyMap<number, number>) {
  const reads: number[] = [];
  return {
    reads,
    read: async (offset: number) => {
      reads.push(offset);
      return { directory: `at ${offset}`, nextOffset: next.get(offset) ?? 0 };
    },
  };
}

describe("following a TIFF's directories by their offsets", () => {
  test("gives them in the order of the chain, which need not be that of the offsets", async () => {
    const { read, reads } = chain(
      new Map([
        [80, 8],
        [8, 300],
      ]),
    );
    expect(await followDirectories(80, 10, read)).toEqual(["at 80", "at 8", "at 300"]);
    expect(reads).toEqual([80, 8, 300]);
  });

  test("reads nothing where the first offset is 0", async () => {
    const { read, reads } = chain(new Map());
    expect(await followDirectories(0, 10, read)).toEqual([]);
    expect(reads).toEqual([]);
  });

  test.for([
    { name: "a directory that points at itself", links: [[8, 8]], first: 8, back: 8, visited: [8] },
    {
      name: "a last directory that points at the first",
      links: [
        [8, 20],
        [20, 32],
        [32, 8],
      ],
      first: 8,
      back: 8,
      visited: [8, 20, 32],
    },
    {
      name: "a last directory that points into the middle",
      links: [
        [8, 20],
        [20, 32],
        [32, 20],
      ],
      first: 8,
      back: 20,
      visited: [8, 20, 32],
    },
  ] as const)("refuses $name, and has read no directory twice", async ({ links, first, back, visited }) => {
    const { read, reads } = chain(new Map(links));
    const error = await caught(() => followDirectories(first, 100, read));
    expect(error).toMatchObject({ code: "invalid_file", details: { offset: back } });
    expect(error.message).toBe(`the TIFF's directories lead in a circle, back to offset ${back}`);
    expect(reads).toEqual(visited);
  });

  test("takes as many directories as the limit says, and refuses the next one unread", async () => {
    const links = new Map(Array.from({ length: 100 }, (_, index) => [8 + index, 9 + index] as const));
    links.set(10, 0);
    const three = chain(links);
    expect(await followDirectories(8, 3, three.read)).toHaveLength(3);
    const endless = chain(
      new Map(Array.from({ length: 100 }, (_, index) => [8 + index, 9 + index] as const)),
    );
    expect(await caught(() => followDirectories(8, 3, endless.read))).toMatchObject({
      code: "invalid_file",
      message: "the TIFF has more than 3 directories",
      details: { offset: 11, expected: 3 },
    });
    expect(endless.reads).toEqual([8, 9, 10]);
  });

  test("ends for any links between offsets: with each directory once, or with a typed error", async () => {
    const links = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 })));
    await fc.assert(
      fc.asyncProperty(links, fc.integer({ min: 0, max: 12 }), async (pairs, first) => {
        const { read, reads } = chain(new Map(pairs));
        const outcome = await followDirectories(first, 8, read).catch((error: unknown) => error);
        expect(new Set(reads).size).toBe(reads.length);
        expect(reads.length).toBeLessThanOrEqual(8);
        expect(outcome).toEqual(
          Array.isArray(outcome)
            ? reads.map((offset) => `at ${offset}`)
            : expect.objectContaining({ name: "LegacyIoError", code: "invalid_file" }),
        );
      }),
      { numRuns: 300 },
    );
  });
});
