import fc from "fast-check";
import { expect, test } from "vitest";
import { bundleFiles, type FolderFiles } from "../../src/folder/bundle-files.ts";
import { comparePaths } from "../../src/folder/compare-paths.ts";

const name = fc
  .tuple(
    fc.constantFrom("a", "b", "a.b", "s_C001T001", "s_C002T001", "s"),
    fc.constantFrom(".tif", ".TIF", ".json", ".txt", ".x.csv", "_radon.csv", "_events.json", ".md"),
  )
  .map((parts) => parts.join(""));
const names = fc.uniqueArray(name, { maxLength: 8 });

function folder(path: string, folderName: string, files: readonly string[]): FolderFiles {
  return {
    folder: path,
    folderName,
    files: files.map((file) => {
      const relPath = path === "" ? file : `${path}/${file}`;
      return { path: `/root/${relPath}`, relPath, sizeBytes: 1, mtimeNs: 0n };
    }),
  };
}

test("every file of every folder comes out exactly once, in order", () => {
  fc.assert(
    fc.property(names, names, names, names, fc.constantFrom("", "a", "b"), (top, flow, v0, deep, refused) => {
      const folders = [
        folder("", "day", top),
        folder("flow-analysis", "flow-analysis", flow),
        folder("day-analysis", "day-analysis", v0),
        folder("sub/deep", "deep", deep),
      ];
      const result = bundleFiles(folders, (file) => refused === "" || !file.startsWith(refused));
      const bundled = result.bundles.flatMap(({ image, otherChannels, sidecars }) => [
        image,
        ...otherChannels,
        ...sidecars,
      ]);
      const out = [
        ...bundled,
        ...result.orphans.flatMap(({ files }) => files),
        ...result.folderDatabases,
        ...result.unrecognised,
        ...result.ignored,
      ].map(({ relPath }) => relPath);
      const all = folders.flatMap(({ files }) => files.map(({ relPath }) => relPath));
      expect(out.toSorted()).toEqual(all.toSorted());
      const images = result.bundles.map(({ image }) => image.relPath);
      expect(images).toEqual(images.toSorted(comparePaths));
      expect(
        bundleFiles(folders.toReversed(), (file) => refused === "" || !file.startsWith(refused)),
      ).toEqual(result);
    }),
    { numRuns: 500 },
  );
});
