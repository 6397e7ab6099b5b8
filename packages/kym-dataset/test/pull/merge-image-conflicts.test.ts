import { expect, it } from "vitest";
import type { ImageConflict } from "../../src/copies/index.ts";
import { type ListedImage, mergeImageConflicts } from "../../src/pull/open/merge-image-conflicts.ts";

const kept = (keptAs: string, more: Partial<ImageConflict> = {}): ImageConflict => ({
  ...{
    imageId: "a",
    here: "a",
    because: "deleted_here",
    from: "/bela",
    isSettled: false,
    keptAs,
    sources: [],
  },
  ...more,
});
const [ONE, TWO] = [kept("one"), kept("two")];
const LEFT = kept("left", { here: "b", because: "same_file" });
const DELETED: ListedImage = {
  ...{ ours: [], theirs: [], opened: undefined, from: "/bela", baseName: undefined },
  ...{ wasHere: false, isHere: false, isThere: false, wasKept: () => false },
};

it.each<readonly [string, Partial<ListedImage>, readonly ImageConflict[]]>([
  ["is opened", { opened: ONE }, [ONE]],
  ["stays while the other copy has the image", { ours: [ONE], isThere: true, baseName: "one" }, [ONE]],
  ["goes to a copy that pulls it", { theirs: [ONE] }, [ONE]],
  ["goes along with the deletion", { theirs: [ONE], wasHere: true, baseName: "one" }, [ONE]],
  ["was settled there", { ours: [ONE], wasKept: () => true }, []],
  ["was settled here", { theirs: [ONE], wasKept: () => true }, []],
  ["is open in both", { ours: [ONE], theirs: [ONE], wasKept: () => true }, [ONE]],
  ["is over if both deleted that version", { ours: [ONE], baseName: "one" }, []],
  ["is over there too", { theirs: [ONE], baseName: "one" }, []],
  ["is over where the image is here", { ours: [ONE], wasHere: true, isHere: true }, []],
  ["does not come where the image is here", { theirs: [ONE], wasHere: true, isHere: true }, []],
  ["is replaced by a later version of that copy", { ours: [ONE], opened: TWO, isThere: true }, [TWO]],
  [
    "stands beside that of another copy",
    { ours: [kept("one", { from: "/cora" })], opened: TWO, isThere: true },
    [kept("one", { from: "/cora" }), TWO],
  ],
  ["is decided again if it was left out", { ours: [LEFT], opened: TWO, isThere: true }, [TWO]],
  ["is over if it came", { ours: [LEFT], isThere: true, isHere: true }, []],
  ["is over if the other copy has it no more", { ours: [LEFT] }, []],
  ["stays if it is that of another copy", { ours: [LEFT], from: "/cora" }, [LEFT]],
  [
    "stays known once it is settled",
    { ours: [{ ...LEFT, isSettled: true }] },
    [{ ...LEFT, isSettled: true }],
  ],
  ["of one copy is never pulled", { theirs: [LEFT] }, []],
])("a conflict about an image that %s", (_, image, open) => {
  expect(mergeImageConflicts({ ...DELETED, ...image }).open).toEqual(open);
});
