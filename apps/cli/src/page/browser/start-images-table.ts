// The table of images in the page: it is sorted by the buttons of its header, and filtered with the images below it.

import { hasWords, nextDirection, type SortKey, sortedRows } from "./order-rows.ts";

interface TableRow {
  readonly element: HTMLTableRowElement;
  /** The part of the page that shows the image. */
  readonly image: HTMLElement | null;
  readonly text: string;
  readonly group: string;
}

/** Gives the table its keys and pointers. Without it, all rows stand in the order of the file. */
export function startImagesTable(page: Document): void {
  const table = page.querySelector<HTMLTableElement>("#images-table");
  const body = table?.tBodies[0];
  const [search, group] = [
    page.querySelector<HTMLInputElement>("#filter"),
    page.querySelector<HTMLSelectElement>("#filter-group"),
  ];
  const said = page.querySelector<HTMLElement>("#filter-said");
  if (table === null || body === undefined || search === null || said === null) {
    return;
  }
  const rows = [...body.rows].map(
    (element): TableRow => ({
      element,
      image: page.getElementById(element.dataset["image"] ?? ""),
      text: element.textContent ?? "",
      group: element.dataset["group"] ?? "",
    }),
  );
  for (const hidden of page.querySelectorAll<HTMLElement>(".controls")) {
    hidden.hidden = false;
  }
  startSorting(table, body, rows, page.querySelector("#sort-said"));
  const filter = (): void => {
    let shown = 0;
    for (const row of rows) {
      const isShown =
        hasWords(row.text, search.value) &&
        (group === null || group.value === "" || row.group === group.value);
      row.element.hidden = !isShown;
      if (row.image !== null) {
        row.image.hidden = !isShown;
      }
      shown += Number(isShown);
    }
    said.textContent = `${shown} of ${rows.length} images`;
  };
  search.addEventListener("input", filter);
  group?.addEventListener("change", filter);
  page.querySelector("#filter-all")?.addEventListener("click", () => {
    search.value = "";
    if (group !== null) {
      group.value = "";
    }
    filter();
    search.focus();
  });
  // A browser that goes back fills in what was typed before.
  filter();
}

function startSorting(
  table: HTMLTableElement,
  body: HTMLTableSectionElement,
  rows: readonly TableRow[],
  said: HTMLElement | null,
): void {
  const headers = [...(table.tHead?.rows[0]?.cells ?? [])];
  for (const [column, header] of headers.entries()) {
    const button = header.querySelector("button");
    if (button === null) {
      continue;
    }
    button.disabled = false;
    button.addEventListener("click", () => {
      const direction = nextDirection(header.getAttribute("aria-sort"));
      for (const other of headers) {
        other.removeAttribute("aria-sort");
      }
      header.setAttribute("aria-sort", direction);
      const order = sortedRows(
        rows.map(({ element }) => keyOf(element.cells[column])),
        direction,
      );
      body.append(...order.flatMap((index) => rows[index]?.element ?? []));
      if (said !== null) {
        said.textContent = `sorted by ${button.textContent ?? ""}, ${direction}`;
      }
    });
  }
}

/** `data-key` holds the number behind what a cell shows. */
function keyOf(cell: HTMLTableCellElement | undefined): SortKey {
  const key = cell?.dataset["key"];
  if (key !== undefined) {
    return key === "" ? null : Number(key);
  }
  const words = cell?.textContent?.trim() ?? "";
  return words === "" || words === "–" ? null : words;
}
