// What a report does in a browser.

import { startImagesTable } from "./start-images-table.ts";
import { startPictures } from "./start-pictures.ts";

startImagesTable(document);
startPictures(document, window);

// A point of a dot plot leads to its image. With the keyboard, the links of the table do.
document.addEventListener("click", ({ target }) => {
  const id = target instanceof SVGElement ? target.dataset["image"] : undefined;
  const image = id === undefined ? null : document.getElementById(id);
  if (image !== null) {
    image.hidden = false;
    image.scrollIntoView();
    image.focus({ preventScroll: true });
  }
});
