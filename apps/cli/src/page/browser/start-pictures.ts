// Draws the pictures of images that come into view, and all of them before the page is printed.

import type { PackedPicture } from "../picture/packed-picture.ts";
import { unpackPicture } from "./unpack-picture.ts";

/** Pictures this far outside of the window are drawn already. */
const AHEAD = "600px 0px";

/** An element that draws what it is given. */
interface PictureElement extends HTMLElement {
  data: unknown;
  range: { readonly start: number; readonly stop: number };
}

/** Unpacks each picture once, when it is needed. What cannot be drawn says so, and leaves the others alone. */
export function startPictures(page: Document, window: Window): void {
  const waiting = new Set(page.querySelectorAll<HTMLElement>(".pictures"));
  const draw = (place: HTMLElement): void => {
    if (waiting.delete(place)) {
      drawPictures(place);
    }
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting && target instanceof HTMLElement) {
          observer.unobserve(target);
          draw(target);
        }
      }
    },
    { rootMargin: AHEAD },
  );
  for (const place of waiting) {
    observer.observe(place);
  }
  // First of all that listens, so that elements draw themselves as wide as the paper.
  window.addEventListener("beforeprint", () => setPrinted(page, true), { capture: true });
  window.addEventListener("afterprint", () => setPrinted(page, false), { capture: true });
  window.addEventListener("beforeprint", () => {
    for (const place of [...waiting]) {
      if (place.closest("[hidden]") === null) {
        draw(place);
      }
    }
  });
}

function drawPictures(place: HTMLElement): void {
  try {
    const packed: PackedPicture = JSON.parse(place.querySelector(".picture")?.textContent ?? "null");
    const picture = unpackPicture(packed);
    // Only now are there elements: those of hundreds of images would take seconds to make.
    const template = place.querySelector("template");
    place.classList.add("drawn");
    template?.replaceWith(place.ownerDocument.importNode(template.content, true));
    for (const element of place.querySelectorAll<PictureElement>("kym-image")) {
      const { title, from, to } = element.dataset;
      const isStretch = from !== undefined && to !== undefined;
      // Lines among bins would look as if the scan were different there.
      element.data = { ...picture, name: title, ...(!isStretch && { stretches: [] }) };
      if (isStretch) {
        element.range = { start: Number(from), stop: Number(to) };
      }
    }
  } catch (error) {
    const words = place.ownerDocument.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent = `The pictures cannot be drawn: ${error instanceof Error ? error.message : String(error)}`;
    place.append(words);
  }
}

/** The width of pictures, and what is folded, on paper. */
function setPrinted(page: Document, isPrinted: boolean): void {
  page.documentElement.classList.toggle("printed", isPrinted);
  for (const details of page.querySelectorAll<HTMLDetailsElement>(
    isPrinted ? "details:not([open])" : "details[data-folded]",
  )) {
    details.open = isPrinted;
    details.toggleAttribute("data-folded", isPrinted);
  }
}
