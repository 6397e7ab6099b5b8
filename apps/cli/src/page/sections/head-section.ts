// The head of a report: what it is about, its counts, and what a reader must know about the numbers.

import type { ReportData, ReportSelection } from "../../report/report-data.ts";
import { counted } from "../../terminal/text-table.ts";
import { type Html, html, nameHtml } from "../html.ts";
import { countedOf, shownDuration } from "./shown-value.ts";

/** The title, and where the numbers come from. */
export function headerHtml({ title, source, selection, madeBy, groupings, ingest }: ReportData): Html {
  return html`
<header>
<h1>${nameHtml(title)}</h1>
<p class="pale">${
    source !== null &&
    html`${nameHtml(source.dataset)}, version ${source.datasetVersion}${source.committedUtc !== null && ` of ${dayOf(source.committedUtc)}`} · `
  }kym ${madeBy.version}</p>
${selection !== null && selectionHtml(selection)}
<nav aria-label="Parts of the report"><ul>
<li><a href="#summary">Summary</a></li>
${groupings.map(({ field }) => html`<li><a href="#by-${field}">By ${field}</a></li>`)}
<li><a href="#table">Table</a></li>
<li><a href="#images">Images</a></li>
${ingest !== null && html`<li><a href="#ingest">What did not come in</a></li>`}
</ul></nav>
</header>`;
}

function selectionHtml({ where, inDataset, shown, leftOutForNull }: ReportSelection): Html | false {
  return (
    where !== null &&
    html`<p>${countedOf(shown, inDataset, "image")}, for which <code>${where}</code> is true.${
      leftOutForNull > 0 &&
      ` For ${counted(leftOutForNull, "image")} it is NULL, because something that it asks for is not known: left out.`
    }</p>`
  );
}

/** The counts, and sentences about the numbers. */
export function summaryHtml({ summary, notes }: ReportData): Html {
  const counts: readonly (readonly [number | string, string])[] = [
    [summary.images, summary.images === 1 ? "image" : "images"],
    [summary.accepted, "accepted"],
    [summary.rejected, "not accepted"],
    [summary.rois, "ROIs"],
    [summary.withVelocity, "with a velocity"],
    [summary.userEvents, "user events"],
    [shownDuration(summary.durationS), "recorded"],
    ...(summary.uncalibrated > 0 ? [[summary.uncalibrated, "uncalibrated"] as const] : []),
    ...(summary.outdated > 0 ? [[summary.outdated, "analysed before a change"] as const] : []),
    ...(summary.stale > 0 ? [[summary.stale, "with outdated tables"] as const] : []),
  ];
  return html`
<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title">Summary</h2>
<ul class="counts">${counts.map(([count, words]) => html`<li><b>${count}</b> <span>${words}</span></li>`)}</ul>
${notes.length > 0 && html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
</section>`;
}

function dayOf(utc: string): string {
  return utc.slice(0, 10);
}
