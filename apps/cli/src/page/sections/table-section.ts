// The table of images: one row each, sorted and filtered by a script, and whole without it.

import type { MeasureFacts, ReportData, ReportImage } from "../../report/report-data.ts";
import { type Html, html, nameHtml } from "../html.ts";
import { imageStates } from "./image-states.ts";
import { NOTHING, shownValue } from "./shown-value.ts";

interface TableColumn {
  readonly title: string;
  /** Numbers stand at the right, and are sorted by more digits than are shown. */
  readonly isNumber?: boolean;
  /** A column that says nothing of any image is left out. */
  readonly isKnown?: (image: ReportImage) => boolean;
  readonly cell: (image: ReportImage) => Html | string | number | null;
}

/** How the page calls an image, and where it shows it. */
export interface ImagePlaces {
  readonly nameOf: (imageId: string) => string;
  readonly anchorOf: (imageId: string) => string;
}

/** The section with the controls, the table, and what a script says of it. */
export function tableHtml(
  { images, groupings }: ReportData,
  measures: readonly MeasureFacts[],
  places: ImagePlaces,
): Html {
  const columns = tableColumns(measures).filter(
    ({ isKnown }) => isKnown === undefined || images.some(isKnown),
  );
  const groups = groupings[0];
  return html`
<section id="table" aria-labelledby="table-title">
<h2 id="table-title">Table of images</h2>
<noscript><p>Without JavaScript the table is neither sorted nor filtered, and no pictures are drawn. All numbers and words are here.</p></noscript>
<div class="controls" hidden>
<label for="filter">Filter table and images <input type="search" id="filter" autocomplete="off" aria-describedby="filter-said"></label>
${
  groups !== undefined &&
  html`<label for="filter-group">${groups.field} <select id="filter-group"><option value="">all</option>${groups.groups.map(
    (group) => html`<option value="${group}">${group}</option>`,
  )}</select></label>`
}
<button type="button" id="filter-all">Show all</button>
<span id="filter-said" role="status" class="pale small"></span>
<span id="sort-said" role="status" class="pale small"></span>
</div>
<div class="images-table" tabindex="0" role="region" aria-label="Rows of the table">
<table id="images-table">
<thead><tr><th scope="col">${sortButton("image")}</th>${columns.map(
    ({ title, isNumber }) =>
      html`<th scope="col"${isNumber === true && html` class="number"`}>${sortButton(title)}</th>`,
  )}</tr></thead>
<tbody>
${images.map((image) => rowHtml(image, columns, places, groups?.field))}
</tbody>
</table>
</div>
</section>`;
}

function sortButton(title: string): Html {
  return html`<button type="button" disabled>${title}</button>`;
}

function rowHtml(
  image: ReportImage,
  columns: readonly TableColumn[],
  { nameOf, anchorOf }: ImagePlaces,
  field: "condition" | "treatment" | undefined,
): Html {
  const anchor = anchorOf(image.imageId);
  const group = field === undefined ? null : (image.telling?.[field] ?? null);
  return html`<tr data-image="${anchor}"${group !== null && html` data-group="${group}"`}><th scope="row"><a href="#${anchor}">${nameHtml(nameOf(image.imageId))}</a></th>${columns.map(
    ({ isNumber, cell }) => {
      const shown = cell(image);
      return isNumber === true
        ? html`<td class="number" data-key="${shown === null ? "" : String(shown)}">${shownValue(typeof shown === "number" ? shown : null)}</td>`
        : html`<td>${shown ?? NOTHING}</td>`;
    },
  )}</tr>
`;
}

function tableColumns(measures: readonly MeasureFacts[]): readonly TableColumn[] {
  return [
    telling("condition"),
    telling("treatment"),
    telling("animal"),
    telling("day"),
    ...measures.map(
      ({ key, label, unit }): TableColumn => ({
        title: unit === "" ? label : `${label} (${unit})`,
        isNumber: true,
        isKnown: ({ values }) => values[key] !== null,
        cell: ({ values }) => values[key],
      }),
    ),
    {
      title: "duration (s)",
      isNumber: true,
      isKnown: ({ durationS }) => durationS !== null,
      cell: ({ durationS }) => durationS,
    },
    { title: "ROIs", isNumber: true, cell: ({ nRois }) => nRois },
    { title: "accepted", cell: (image) => imageStates(image).accepted },
    { title: "analysis", cell: (image) => imageStates(image).analysis },
    {
      title: "tables",
      isKnown: ({ staleness }) => staleness.length > 0,
      cell: (image) => imageStates(image).tables,
    },
  ];
}

function telling(field: "condition" | "treatment" | "animal" | "day"): TableColumn {
  return {
    title: field,
    isKnown: (image) => image.telling !== null && image.telling[field] !== null,
    cell: (image) => {
      const name = image.telling?.[field] ?? null;
      return name === null ? null : nameHtml(name);
    },
  };
}
