import fc from "fast-check";
import { expect, test } from "vitest";
import { isTrusted, type SeenFile } from "../../../src/commit/seen/is-trusted.ts";
import type { StoreStat } from "../../../src/index.ts";

const PLACE = { keepsNanoseconds: true };
const SECOND = 1_000_000_000n;

const ageNs = fc.bigInt({ min: 2n * SECOND + 1n, max: 1n << 60n });
/** A file that was left alone for more than 2 s before the look. */
const settled: fc.Arbitrary<SeenFile> = fc
  .record({
    sizeBytes: fc.nat(),
    sinceMtime: ageNs,
    sinceCtime: ageNs,
    inode: fc.option(fc.bigInt({ min: 0n, max: 1n << 64n }), { nil: undefined }),
    lookedNs: fc.bigInt({ min: 1n << 60n, max: 1n << 62n }),
  })
  .map(({ sinceMtime, sinceCtime, ...file }) => ({
    ...file,
    mtimeNs: file.lookedNs - sinceMtime,
    ctimeNs: file.lookedNs - sinceCtime,
    sha256: "a".repeat(64),
  }));

function statOf({ sizeBytes, mtimeNs, ctimeNs, inode }: SeenFile): StoreStat {
  return { kind: "file", sizeBytes, mtimeMs: Number(mtimeNs) / 1e6, mtimeNs, ctimeNs, inode, device: "1" };
}

test("a file that is as it was, and had been left alone for 2 s before the look, is trusted", () => {
  fc.assert(
    fc.property(settled, (seen) => {
      expect(isTrusted(seen, statOf(seen), PLACE)).toBe(true);
      expect(isTrusted(seen, { ...statOf(seen), inode: undefined }, PLACE)).toBe(true);
      expect(isTrusted({ ...seen, inode: undefined }, statOf(seen), PLACE)).toBe(true);
    }),
  );
});

test("any difference of size, mtime, ctime or inode, were it one, makes the file be hashed again", () => {
  const difference = fc.bigInt({ min: -1000n, max: 1000n }).filter((by) => by !== 0n);
  const field = fc.constantFrom("mtimeNs", "ctimeNs", "inode", "sizeBytes");
  fc.assert(
    fc.property(settled, field, difference, (file, changed, by) => {
      const seen = { ...file, inode: file.inode ?? 7n };
      const stat = statOf(seen);
      const other =
        changed === "sizeBytes"
          ? { ...stat, sizeBytes: stat.sizeBytes + Number(by) }
          : { ...stat, [changed]: seen[changed] + by };
      expect(isTrusted(seen, other, PLACE)).toBe(false);
    }),
  );
});

test("a file that changed 2 s before the look or later is hashed again, whichever of its times says so", () => {
  const recentNs = fc.bigInt({ min: -10n * SECOND, max: 2n * SECOND });
  fc.assert(
    fc.property(settled, recentNs, fc.constantFrom("mtimeNs", "ctimeNs"), (file, age, time) => {
      const seen = { ...file, [time]: file.lookedNs - age };
      expect(isTrusted(seen, statOf(seen), PLACE)).toBe(false);
    }),
  );
});

test("nothing is trusted where times are not kept to the nanosecond or not known, or that is no longer a file", () => {
  fc.assert(
    fc.property(settled, (seen) => {
      const stat = statOf(seen);
      expect(isTrusted(seen, stat, { keepsNanoseconds: false })).toBe(false);
      expect(isTrusted(seen, { ...stat, kind: "other" }, PLACE)).toBe(false);
      expect(isTrusted(seen, { ...stat, mtimeNs: undefined }, PLACE)).toBe(false);
      expect(isTrusted(seen, { ...stat, ctimeNs: undefined }, PLACE)).toBe(false);
    }),
  );
});
