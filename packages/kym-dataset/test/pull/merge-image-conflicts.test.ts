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
const SETTLED = { ...LEFT, isSettled: true };
const NOTHING_KEPT = { ...LEFT, keptAs: undefined };
const OTHER = kept("other", { because: "other_pixels" });
const DELETED: ListedImage = {
  ...{ ours: [], theirs: [], opened: undefined, from: "/bela", at: "/anna", baseName: undefined },
  ...{ nameHere: undefined, nameThere: undefined },
  ...{ wasHere: false, isHere: false, isThere: false, isReplaced: false, wasDropped: () => false },
};

it.each<readonly [string, Partial<ListedImage>, readonly ImageConflict[]]>([
  ["is opened", { opened: ONE }, [ONE]],
  ["stays while the other copy has the image", { ours: [ONE], isThere: true, baseName: "one" }, [ONE]],
  ["goes to a copy that pulls it", { theirs: [ONE] }, [ONE]],
  ["goes along with the deletion", { theirs: [ONE], wasHere: true, baseName: "one" }, [ONE]],
  ["was settled there", { ours: [ONE], wasDropped: (_, by) => by === "there" }, []],
  ["was settled here", { theirs: [ONE], wasDropped: (_, by) => by === "here" }, []],
  ["is open in both", { ours: [ONE], theirs: [ONE], wasDropped: () => true }, [ONE]],
  ["never came to an earlier build", { ours: [ONE] }, [ONE]],
  ["is over if both deleted that version", { ours: [ONE], baseName: "one" }, []],
  ["is over there too", { theirs: [ONE], baseName: "one" }, []],
  ["is over where the image came", { ours: [ONE], isHere: true, isThere: true }, []],
  [
    "stays beside the image of a third copy",
    { ours: [ONE], isHere: true, isThere: true, from: "/cora" },
    [ONE],
  ],
  [
    "is over where a third copy has just that version",
    { ours: [ONE], isHere: true, isThere: true, from: "/cora", nameThere: "one" },
    [],
  ],
  [
    "does not come where a later version is here",
    { theirs: [ONE], wasHere: true, isHere: true, at: "/bela" },
    [],
  ],
  ["comes where another version is here", { theirs: [ONE], wasHere: true, isHere: true }, [ONE]],
  ["is replaced by a later version of that copy", { ours: [ONE], opened: TWO, isThere: true }, [TWO]],
  [
    "stands beside that of another copy",
    { ours: [kept("one", { from: "/cora" })], opened: TWO, isThere: true },
    [kept("one", { from: "/cora" }), TWO],
  ],
  ["is decided again if it was left out", { ours: [LEFT], opened: TWO, isThere: true }, [TWO]],
  ["is over if it came", { ours: [LEFT], isThere: true, isHere: true }, []],
  ["stays while the other copy has it in the same place", { ours: [LEFT], theirs: [LEFT] }, [LEFT]],
  ["is over if the other copy deleted what it ingested", { ours: [LEFT], baseName: "left" }, []],
  ["stays if it is that of another copy", { ours: [LEFT], from: "/cora" }, [LEFT]],
  [
    "stays known once it is settled",
    { ours: [{ ...LEFT, isSettled: true }] },
    [{ ...LEFT, isSettled: true }],
  ],
  ["comes along where an image was left out there", { theirs: [LEFT] }, [LEFT]],
  ["was settled there in its place", { ours: [LEFT], theirs: [SETTLED] }, [SETTLED]],
  ["was settled here in its place", { ours: [SETTLED], theirs: [LEFT] }, [SETTLED]],
  [
    "does not come where what was left out there is here",
    { theirs: [LEFT, SETTLED], wasHere: true, isHere: true, nameHere: "left" },
    [],
  ],
  ["of an earlier build, which kept nothing, is over with the image", { ours: [NOTHING_KEPT] }, []],
  ["of an earlier build, which kept nothing, is not pulled", { theirs: [NOTHING_KEPT] }, []],
  ["about other pixels is over once they are here", { ours: [OTHER], isHere: true, isReplaced: true }, []],
  [
    "about other pixels stays until then",
    { ours: [OTHER], wasHere: true, isHere: true, isThere: true },
    [OTHER],
  ],
])("a conflict about an image that %s", (_, image, open) => {
  expect(mergeImageConflicts({ ...DELETED, ...image }).open).toEqual(open);
});
