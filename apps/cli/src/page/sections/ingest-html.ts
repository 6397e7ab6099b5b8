// The part of a report that says which files the last ingest could not read, and why.

import type { ReportIngest, ReportIngestItem } from "../../report/report-data.ts";
import { type Html, html, nameHtml } from "../html.ts";

export function ingestHtml(ingest: ReportIngest | null): Html | false {
  return (
    ingest !== null &&
    html`
<section id="ingest" aria-labelledby="ingest-title">
<h2 id="ingest-title">What did not come in</h2>
<p>${ingest.words}</p>
${itemsHtml("Could not be read", ingest.failed)}
${itemsHtml("Left as it was", ingest.skipped)}
${itemsHtml("Changed on both sides", ingest.conflicts)}
${itemsHtml("Analyses without an image", ingest.orphans)}
</section>`
  );
}

function itemsHtml(title: string, items: readonly ReportIngestItem[]): Html | false {
  return (
    items.length > 0 &&
    html`
<h3>${title}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="${title}">
<table>
<thead><tr><th scope="col">file</th><th scope="col">why</th></tr></thead>
<tbody>${items.map(
      ({ path, reason }) => html`
<tr><th scope="row">${nameHtml(path)}</th><td>${reason}</td></tr>`,
    )}
</tbody>
</table>
</div>`
  );
}
