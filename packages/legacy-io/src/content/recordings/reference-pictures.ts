// The pictures beside a line scan as array artifacts: the image in which the line was drawn, and those for reference.

import { ARTIFACTS } from "@kym/kym-schema";
import { joinArrays } from "@kym/zarr-store/array";
import type { SourcedArtifact } from "../image-content.ts";
import type { ParsedSidecar } from "../parsed-sidecar.ts";

const FOR_REFERENCE = /reference\.tiff?$/i;

/**
 * One array for pictures of the same kind, dtype and shape, with an axis of channels before the others if there are several of them.
 * The first, `recording/reference`, is that in which the line was drawn, if there is one. Further ones have a number: `_2`, `_3`.
 */
export function referencePictures(sidecars: readonly ParsedSidecar[]): readonly SourcedArtifact[] {
  const pictures = sidecars.flatMap(({ relPath, fileName, picture }) =>
    picture === undefined ? [] : [{ relPath, picture, rank: Number(FOR_REFERENCE.test(fileName)) }],
  );
  const sorted = pictures.toSorted((a, b) => a.rank - b.rank);
  const groups = Map.groupBy(
    sorted,
    ({ rank, picture: { dtype, shape } }) => `${rank} ${dtype} ${shape.join()}`,
  );
  return [...groups.values()].flatMap((group, at): readonly SourcedArtifact[] => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const arrays = group.map(({ picture }) => picture);
    const { dtype, shape } = first.picture;
    const { recordedReference: name } = ARTIFACTS;
    return [
      {
        kind: "array",
        name: at === 0 ? name : `${name}_${at + 1}`,
        array: arrays.length === 1 ? first.picture : joinArrays(dtype, [arrays.length, ...shape], arrays),
        from: group.map(({ relPath }) => relPath),
      },
    ];
  });
}
