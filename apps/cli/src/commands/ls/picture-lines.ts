// The pictures of `kym ls --pictures`: one strip a line, drawn from the overviews alone.

import { loadOverview } from "@kym/kym-dataset";
import type { Overview } from "@kym/view";
import { isZarrStoreError, type ZarrDataset } from "@kym/zarr-store";
import { type ReadOptions, runBounded } from "@kym/zarr-store/runtime";
import stringWidth from "fast-string-width";
import { drawnOverview, terminalImage } from "../../figure/terminal-image.ts";
import { shorten } from "../../terminal/text-table.ts";

/** An image to draw, and what it is called. */
export interface NamedPicture {
  readonly imageId: string;
  readonly name: string;
}

/** The pictures, and how many images have none. */
export interface Pictures {
  readonly text: string;
  readonly missing: number;
}

/** How many overviews are read at once. */
const CONCURRENCY = 16;
/** Names take at most this share of a line. */
const NAME_SHARE = 0.35;
const TITLES = { name: "file", blind: "image", strip: "whole scan, time →" } as const;

/**
 * A line for each image: its name, and the whole scan in what is left of the width, from one half of the vessel above and one below.
 * Of the pixels nothing is read.
 */
export async function pictureLines(
  dataset: ZarrDataset,
  images: readonly NamedPicture[],
  {
    width,
    color,
    blind,
    ...options
  }: ReadOptions & { readonly width: number; readonly color: boolean; readonly blind: boolean },
): Promise<Pictures> {
  const title = blind ? TITLES.blind : TITLES.name;
  const longest = images.reduce((most, { name }) => Math.max(most, stringWidth(name)), title.length);
  const nameWidth = Math.max(title.length, Math.min(longest, Math.floor(width * NAME_SHARE)));
  const strips = new Map<string, string>();
  await runBounded(
    images,
    async ({ imageId }) => {
      const overview = await readableOverview(dataset, imageId, options);
      if (overview !== null) {
        strips.set(imageId, stripOf(overview, Math.max(1, width - nameWidth - 2), color));
      }
    },
    { concurrency: CONCURRENCY, signal: options.signal },
  );
  const line = (name: string, strip: string): string => {
    const shown = shorten(name, nameWidth, "path");
    return `${shown}${" ".repeat(nameWidth - stringWidth(shown))}  ${strip}`.trimEnd();
  };
  const header = line(title, TITLES.strip);
  const lines = [
    color ? `\u001b[1m${header}\u001b[22m` : header,
    ...images.map(({ imageId, name }) => line(name, strips.get(imageId) ?? "no overview")),
  ];
  return { text: `${lines.join("\n")}\n`, missing: images.length - strips.size };
}

/** One that is damaged is as if there were none: it does not keep the other images from being listed. */
async function readableOverview(
  dataset: ZarrDataset,
  imageId: string,
  options: ReadOptions,
): Promise<Overview | null> {
  try {
    return await loadOverview(dataset.record(imageId, { asOf: "last look" }), options);
  } catch (error) {
    if (isZarrStoreError(error, "integrity", "modified_outside")) {
      return null;
    }
    throw error;
  }
}

function stripOf(overview: Overview, width: number, color: boolean): string {
  const { plane, contrast } = drawnOverview(overview, width);
  return terminalImage(plane, contrast, { color, mostRows: 2 }).join("");
}
