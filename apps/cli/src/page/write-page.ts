// Writes a report as one HTML file, piece by piece: its pictures together are far larger than one of them.

import { createHash } from "node:crypto";
import type { MeasureFacts, ReportData, ReportImage, ReportImageDetail } from "../report/report-data.ts";
import { Html, html } from "./html.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { PackedPicture } from "./picture/packed-picture.ts";
import { comparisonSections } from "./sections/comparison-section.ts";
import { headerHtml, summaryHtml } from "./sections/head-section.ts";
import { imageHtml } from "./sections/image-section.ts";
import { ingestHtml } from "./sections/ingest-html.ts";
import { type ImagePlaces, tableHtml } from "./sections/table-section.ts";

/** What is drawn of an image, and said of it. */
export interface ShownImage {
  readonly detail: ReportImageDetail;
  /** A sentence says why it is missing. */
  readonly picture: PackedPicture | string;
  readonly pictureNotes: readonly string[];
}

export interface PageParts {
  readonly data: ReportData;
  /** Measures in the order of the columns. */
  readonly measures: readonly MeasureFacts[];
  readonly nameOf: (image: ReportImage) => string;
  /** Called once for each image, in order. */
  readonly load: (image: ReportImage) => Promise<ShownImage>;
  /** Texts of classic scripts, which run in this order at the end of the page. None holds a closing tag. */
  readonly scripts: readonly string[];
}

/** The file in pieces. The same data give the same bytes. */
export async function* pagePieces(parts: PageParts): AsyncGenerator<string> {
  const { data, measures, nameOf, load, scripts } = parts;
  const places = imagePlaces(data.images, nameOf);
  yield `<!doctype html>
<html lang="en">
<head>
${
  html`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="generator" content="kym ${data.madeBy.version}">
<meta name="referrer" content="no-referrer">
<title>${data.title}</title>
<style>${new Html(PAGE_STYLE)}</style>
<noscript><style>.pictures, .script-only { display: none; } .image { content-visibility: visible; }</style></noscript>`
    .markup
}
</head>
<body>
<a class="skip" href="#table">To the table of images</a>
${headerHtml(data).markup}
<main>
`;
  yield [
    summaryHtml(data),
    ...comparisonSections(data, places),
    tableHtml(data, measures, places),
    html`
<section id="images" aria-labelledby="images-title">
<h2 id="images-title">Images</h2>
<p class="small pale screen-only script-only">Drag over a picture to zoom along time, double-click or press Enter for the whole; arrows move.</p>
`,
  ]
    .map(({ markup }) => markup)
    .join("");
  for (const image of data.images) {
    yield imageHtml({ image, measures, ...(await load(image)) }, places).markup;
  }
  yield `</section>
${html`${ingestHtml(data.ingest)}`.markup}
</main>
<footer>Made by kym ${html`${data.madeBy.version}`.markup}. This file loads nothing from a network.</footer>
`;
  for (const script of scripts) {
    yield `<script>${script}</script>\n`;
  }
  yield "</body>\n</html>\n";
}

function imagePlaces(images: readonly ReportImage[], nameOf: (image: ReportImage) => string): ImagePlaces {
  const known = new Map(
    images.map((image, index) => [image.imageId, { name: nameOf(image), anchor: `image-${index + 1}` }]),
  );
  return {
    nameOf: (id) => known.get(id)?.name ?? id,
    anchorOf: (id) => known.get(id)?.anchor ?? "images",
  };
}

/** No request at all, and no script but ours. Elements set styles of their own. */
function policy(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(" ") || "'none'"}`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
