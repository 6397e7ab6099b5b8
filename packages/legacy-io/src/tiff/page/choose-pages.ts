// Chooses the pages of a file that make its image, and names the others.

import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { TagValues } from "../header/tag-values.ts";
import { type Geometry, optional, readPageGeometry } from "./page-geometry.ts";
import { bitsAreUnknown } from "./settle-segments.ts";
import type { TiffPage } from "./tiff-page.ts";

const THUMBNAIL = 1;
const MASK = 4;
const MOST_NAMED = 5;

export interface ChosenPages {
  /** The tags of the first page. */
  readonly first: TagValues;
  readonly pages: readonly TiffPage[];
  /** Sentences for people: which pages are left out, and what is odd about the others. */
  readonly warnings: readonly string[];
}

/**
 * Chooses the first page that is neither a thumbnail nor a mask, and the pages of its shape and type. If there are only
 * thumbnails and masks, the first of them counts.
 * @throws whatever `read` throws for a chosen page
 */
export async function choosePages(
  all: readonly TagValues[],
  read: (values: TagValues) => Promise<TiffPage>,
): Promise<ChosenPages> {
  const warnings: string[] = [];
  const types: number[] = [];
  for (const values of all) {
    types.push((await optional(values.integer("NewSubfileType"), warnings)) ?? 0);
  }
  const isAuxiliary = (index: number): boolean => ((types[index] ?? 0) & (THUMBNAIL | MASK)) !== 0;
  const start = Math.max(
    0,
    types.findIndex((_, index) => !isAuxiliary(index)),
  );
  const mayHaveAuxiliary = isAuxiliary(start);
  const first = all[start];
  if (first === undefined) {
    throw new LegacyIoError("invalid_file", "the TIFF has no page");
  }
  const leftOut: string[] = [];
  const pages: TiffPage[] = [];
  for (const [index, values] of all.entries()) {
    const [page] = pages;
    if (isAuxiliary(index) && !mayHaveAuxiliary) {
      const what = ((types[index] ?? 0) & MASK) === 0 ? "a thumbnail" : "a mask";
      leftOut.push(`page ${index} (${what}${textOf(await sizeOf(values))})`);
    } else if (page === undefined) {
      pages.push(await read(values));
    } else {
      const next = await readLike(values, page, read);
      if (typeof next === "string") {
        leftOut.push(`page ${index} (${next})`);
      } else {
        pages.push(next);
      }
    }
  }
  if (leftOut.length > 0) {
    const more = leftOut.length > MOST_NAMED ? ` and ${leftOut.length - MOST_NAMED} more` : "";
    const [page] = pages;
    const like = page === undefined ? "" : `: the image is ${describe(page)}`;
    warnings.push(`left out: ${leftOut.slice(0, MOST_NAMED).join(", ")}${more}${like}`);
  }
  const below = first.storedCount("SubIFDs");
  if (below > 0) {
    warnings.push(
      `left out: ${below} further ${below === 1 ? "image" : "images"} below the first page (SubIFDs)`,
    );
  }
  const ofPages = pages.flatMap((page) => page.warnings);
  for (const text of new Set(ofPages)) {
    const count = ofPages.filter((other) => other === text).length;
    warnings.push(count === 1 ? text : `${text} (${count} pages)`);
  }
  return { first, pages, warnings };
}

/** Reads a page of the same shape and type as the first, or says what it is instead. */
async function readLike(
  values: TagValues,
  first: Geometry,
  read: (values: TagValues) => Promise<TiffPage>,
): Promise<TiffPage | string> {
  const mayBeOtherBits = !values.has("BitsPerSample") && first.format.bits > 1;
  if (mayBeOtherBits && (await sizeOf(values)) === sizeText(first)) {
    throw bitsAreUnknown();
  }
  try {
    const page = await read(values);
    return isLike(page, first) ? page : describe(page);
  } catch (error) {
    if (!isLegacyIoError(error, "invalid_file", "not_supported")) {
      throw error;
    }
    const geometry = await readPageGeometry(values, []).catch(() => undefined);
    const size = await sizeOf(values);
    // A damaged page may be one of the stack, which must not get lost, unless it is known to have another size.
    const mayBeOfStack = size === undefined || size === sizeText(first);
    if (geometry === undefined ? mayBeOfStack : isLike(geometry, first)) {
      throw error;
    }
    return geometry === undefined ? `${size}: ${error.message}` : describe(geometry);
  }
}

function isLike(a: Geometry, b: Geometry): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.dtype === b.dtype &&
    a.samplesPerPixel === b.samplesPerPixel &&
    a.planarConfiguration === b.planarConfiguration &&
    a.format.bits === b.format.bits
  );
}

async function sizeOf(values: TagValues): Promise<string | undefined> {
  const warnings: string[] = [];
  const width = await optional(values.integer("ImageWidth"), warnings);
  const height = await optional(values.integer("ImageLength"), warnings);
  return width === undefined || height === undefined ? undefined : sizeText({ width, height });
}

function textOf(size: string | undefined): string {
  return size === undefined ? "" : `, ${size}`;
}

function sizeText({ height, width }: Pick<Geometry, "height" | "width">): string {
  return `${height} × ${width}`;
}

function describe({ height, width, samplesPerPixel, format, dtype, planarConfiguration }: Geometry): string {
  const bits = format.layout === "whole" ? dtype : `${dtype} of ${format.bits} bits`;
  return `${height} × ${width}${samplesPerPixel === 1 ? "" : ` × ${samplesPerPixel} (${planarConfiguration})`} ${bits}`;
}
