// Draws the pictures of images that come into view, and all of them before the page is printed.

import type { PackedPicture } from "../packed-picture.ts";
import { unpackPicture } from "./unpack-picture.ts";

/** Pictures this far outside of the window are drawn already. */
const AHEAD = "600px 0px";

/** An element that draws what it is given. */
interface PictureElement extends HTMLElement {
  data: unknown;
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
    const { stretches, ...whole } = unpackPicture(packed);
    for (const element of place.querySelectorAll<PictureElement>("kym-image")) {
      element.classList.remove("empty");
      element.data = dataOfPart(element.dataset["part"], { stretches, ...whole });
    }
    for (const element of place.querySelectorAll("kym-trace")) {
      element.classList.remove("empty");
    }
  } catch (error) {
    const words = page(place).createElement("p");
    words.setAttribute("role", "alert");
    words.textContent = `The pictures cannot be drawn: ${error instanceof Error ? error.message : String(error)}`;
    place.append(words);
  }
}

function dataOfPart(part: string | undefined, picture: ReturnType<typeof unpackPicture>): unknown {
  return part === "scan" ? picture : { ...picture, overview: undefined };
}

function page(element: HTMLElement): Document {
  return element.ownerDocument;
}
