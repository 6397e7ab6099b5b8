// The part of a report that compares groups of images: a dot plot, the numbers of each group, and the test.

import type { ReportData, ReportGrouping, ReportLeftOut, ReportMeasure } from "../../report/report-data.ts";
import { counted } from "../../terminal/text-table.ts";
import { Html, html, nameHtml } from "../html.ts";
import { dotPlot, groupColour } from "./dot-plot.ts";
import { NOTHING, shownValue } from "./shown-value.ts";
import type { ImagePlaces } from "./table-section.ts";

/** One section for each field by which images are compared; none if the report has no groups. */
export function comparisonSections({ groupings }: ReportData, places: ImagePlaces): readonly Html[] {
  return groupings.map(
    (grouping) => html`
<section id="by-${grouping.field}" aria-labelledby="by-${grouping.field}-title">
<h2 id="by-${grouping.field}-title">By ${grouping.field}</h2>
<p>Accepted images, grouped by ${grouping.from}. ${grouping.units.words}</p>
${grouping.ungrouped !== null && leftOutHtml([grouping.ungrouped], "accepted image", "in no group", places)}
<p class="small pale">● one image, the ┃ median of images${
      grouping.units.kind !== "none" && `, ◇ the mean ± SEM over ${grouping.units.kind}s`
    }. All numbers stand in the tables.</p>
<div class="measures">
${grouping.measures.map((measure) => measureHtml(measure, grouping, places))}
</div>
</section>`,
  );
}

function measureHtml(measure: ReportMeasure, { field, units }: ReportGrouping, places: ImagePlaces): Html {
  const { label, unit, how, groups, test, leftOut } = measure;
  const title = unit === "" ? label : `${label} (${unit})`;
  return html`
<section class="measure" aria-label="${title} by ${field}">
<h3>${capital(title)}</h3>
<p class="small pale">${capital(how)}.</p>
${new Html(dotPlot(measure, units.kind === "none" ? "unit" : units.kind, places))}
<div class="scroll" tabindex="0" role="region" aria-label="${title} by ${field}, numbers">
<table>
<thead><tr><th scope="col">${field}</th><th scope="col" class="number">n images</th><th scope="col" class="number">median</th>${
    units.kind === "none"
      ? html`<th scope="col" class="number">mean</th>`
      : html`<th scope="col" class="number">mean ± SEM</th><th scope="col" class="number">n ${units.kind}s</th>`
  }</tr></thead>
<tbody>${groups.map(
    (group, index) => html`
<tr><th scope="row"><span aria-hidden="true" style="color:${groupColour(index)}">●</span> ${nameHtml(group.name)}</th><td class="number">${group.n}</td><td class="number">${shownValue(group.median)}</td>${html`<td class="number">${meanWords(group.mean, group.sem)}</td>${
      units.kind !== "none" && html`<td class="number">${group.nUnits}</td>`
    }`}</tr>`,
  )}
</tbody>
</table>
</div>
<p>${test.words}</p>
${leftOutHtml(leftOut, "image", "without a value", places)}
</section>`;
}

function meanWords(mean: number | null, sem: number | null): string {
  return mean === null
    ? NOTHING
    : sem === null
      ? shownValue(mean)
      : `${shownValue(mean)} ± ${shownValue(sem)}`;
}

/** Images without a value, by reason, each with a link to where it is shown. */
function leftOutHtml(
  leftOut: readonly ReportLeftOut[],
  noun: string,
  where: string,
  { nameOf, anchorOf }: ImagePlaces,
): Html | false {
  const total = leftOut.reduce((sum, { imageIds }) => sum + imageIds.length, 0);
  return (
    total > 0 &&
    html`<details class="small"><summary>${counted(total, noun)} ${where}</summary>
<ul>${leftOut.map(
      ({ reason, imageIds }) =>
        html`<li>${reason}: ${imageIds.map(
          (id, index) => html`${index > 0 && ", "}<a href="#${anchorOf(id)}">${nameHtml(nameOf(id))}</a>`,
        )}</li>`,
    )}</ul></details>`
  );
}

function capital(words: string): string {
  // The name of a column stays as it is.
  return /^\w*_/.test(words) ? words : words.charAt(0).toUpperCase() + words.slice(1);
}
