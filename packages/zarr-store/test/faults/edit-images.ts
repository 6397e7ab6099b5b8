import type { ReadOptions, ZarrDataset } from "../../src/index.ts";

/** Edits what is said of several images, and the scales of their axes, in one commit. */
export async function editImages(
  dataset: ZarrDataset,
  ids: readonly string[],
  { signal }: ReadOptions = {},
): Promise<void> {
  await dataset.transaction(
    async (transaction) => {
      for (const id of ids) {
        const record = transaction.record(id);
        await record.saveJson("metadata", { edited: id }, { signal });
        const { shape } = await record.openArray({ signal });
        await record.pixels.saveScales(
          shape.map((_, axis) => (axis === 0 ? { unit: "s", step: 0.25 } : null)),
          { signal },
        );
      }
    },
    { message: `edit ${ids.length} images`, signal },
  );
}

/** Deletes several images in one commit. */
export async function deleteImages(
  dataset: ZarrDataset,
  ids: readonly string[],
  { signal }: ReadOptions = {},
): Promise<void> {
  await dataset.transaction(
    async (transaction) => {
      for (const id of ids) {
        await transaction.deleteImage(id, { signal });
      }
    },
    { message: `delete ${ids.length} images`, signal },
  );
}
