// Opens the image that a ROI command names, for reading or in one commit.

import { AcqImage } from "@kym/kym-dataset";
import type { DatasetContents } from "@kym/zarr-store";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { namingOf } from "../../study/blind.ts";
import { findImage } from "../../study/find-image.ts";
import type { ImageOverview } from "../../study/image-overview.ts";
import { openStudy } from "../../study/open-study.ts";

/**
 * Calls `run` with the image that the first two arguments, DATASET and IMAGE, name.
 *
 * An edit runs in one commit. So it replaces exactly what it has read, even if another program edits the image meanwhile.
 */
export async function withImage(
  context: CommandContext,
  mode: "read" | "edit",
  run: (image: AcqImage, overview: ImageOverview) => Promise<CommandResult>,
): Promise<CommandResult> {
  const [path = "", wanted = ""] = context.args;
  await using dataset = await openStudy(context, path, mode === "read" ? "r" : "a");
  await dataset.assertExists();
  const overview = await findImage(dataset, wanted, path, namingOf(context));
  const { image_id: imageId } = overview;
  if (mode === "read") {
    return run(imageOf(dataset, imageId), overview);
  }
  let result: CommandResult | undefined;
  await dataset.transaction(
    async (transaction) => {
      result = await run(imageOf(transaction, imageId), overview);
    },
    { message: `edit ROIs of ${imageId}`, signal: context.signal },
  );
  return result as CommandResult;
}

function imageOf(contents: DatasetContents, imageId: string): AcqImage {
  const record = contents.record(imageId);
  return AcqImage.from({
    sourceKey: imageId,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
}
