// Checks that the generic storage package has no words of microscopy in its code.

import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { sourceFiles } from "./source/workspace-package.ts";

const DOMAIN_WORDS = /\b(kymograph|roi|velocity|radon|olympus|experiment)s?\b/i;
/** This file names the format string of the Python system's datasets, which it accepts. */
const EXCEPTION = "packages/zarr-store/src/dataset/python-v1.ts";

/** Words for what an image shows or what was found in it. Generic storage does not know them. */
function domainWordProblems(tree: SourceTree): readonly string[] {
  return sourceFiles(tree, "packages/zarr-store/src").flatMap(({ path, module }) => {
    const strings = path === EXCEPTION ? [] : module.strings;
    const named = [path, ...module.identifiers, ...strings].filter((name) => DOMAIN_WORDS.test(words(name)));
    return named.map((name) => `${path}: ${name}`);
  });
}

/** Splits names into words: `roiCount` and `roi_count` have two. */
function words(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll("_", " ");
}

test("zarr-store knows no word of the domain", () => {
  expect(domainWordProblems(readSourceTree())).toEqual([]);
});

test("a domain word in an identifier, a string, a template or a file name is found, in a comment it is not", () => {
  const tree = sourceTree({
    "packages/zarr-store/src/radon.ts": "export const lines = 1;",
    "packages/zarr-store/src/index.ts": `
      // An ROI of a kymograph.
      export const roiCount = 1;
      export const name = "kym_velocity_events";
      export const path = \`experiment/\${name}\`;
      export const experimental = "Experimental: heroic androids";`,
    "packages/zarr-store/src/dataset/python-v1.ts": `export const format = "kymograph_v1"; let rois;`,
    "packages/roi/src/index.ts": "export const roi = 1;",
  });
  expect(domainWordProblems(tree)).toEqual([
    "packages/zarr-store/src/radon.ts: packages/zarr-store/src/radon.ts",
    "packages/zarr-store/src/index.ts: roiCount",
    "packages/zarr-store/src/index.ts: kym_velocity_events",
    "packages/zarr-store/src/index.ts: experiment/",
    "packages/zarr-store/src/dataset/python-v1.ts: rois",
  ]);
});
