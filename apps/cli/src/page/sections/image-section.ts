// One image in a report: what it is, what was measured, in words and as pictures that a script draws.

import type {
  MeasureFacts,
  ReportEvent,
  ReportImage,
  ReportImageDetail,
  ReportTrace,
} from "../../report/report-data.ts";
import { counted } from "../../terminal/text-table.ts";
import { dataHtml, type Html, html, nameHtml } from "../html.ts";
import type { PackedPicture } from "../picture/packed-picture.ts";
import { imageStates } from "./image-states.ts";
import { NOTHING, shownDuration, shownValue, withUnit } from "./shown-value.ts";
import type { ImagePlaces } from "./table-section.ts";

/** Of more events, the list says how many more there are; the trace shows them all. */
const MOST_EVENTS = 40;

/** What the section is made of. */
export interface ImageParts {
  readonly image: ReportImage;
  readonly detail: ReportImageDetail;
  /** A picture, or a sentence that says why it is missing. */
  readonly picture: PackedPicture | string;
  /** Sentences about the pictures, such as what one pixel stands for. */
  readonly pictureNotes: readonly string[];
  readonly measures: readonly MeasureFacts[];
}

export function imageHtml(parts: ImageParts, { nameOf, anchorOf }: ImagePlaces): Html {
  const { image, detail, picture, pictureNotes, measures } = parts;
  const anchor = anchorOf(image.imageId);
  const name = nameOf(image.imageId);
  const states = imageStates(image);
  return html`
<article class="image" id="${anchor}" aria-labelledby="${anchor}-title" tabindex="-1">
<header><h3 id="${anchor}-title">${nameHtml(name)}</h3>${states.accepted} ${states.analysis} ${states.tables}</header>
${factsHtml(image)}
<p class="measured">${measuredWords(image, measures)}</p>
${typeof picture === "string" ? html`<p class="pale">${picture}</p>` : picturesHtml(anchor, name, picture)}
<ul class="words small">
${detail.rois.map(
  ({ telling, words }) =>
    html`<li>${words}${telling !== null && telling.name !== "" && html`, named ${nameHtml(telling.name)}`}${
      telling !== null && telling.note !== "" && html`: <q>${nameHtml(telling.note)}</q>`
    }</li>`,
)}
${detail.traces.map((trace) => html`<li>${traceWords(trace)}</li>`)}
<li>${image.analysis.words}</li>
${image.staleness.map(({ words }) => html`<li>${words}</li>`)}
${detail.problem !== null && html`<li>${detail.problem}</li>`}
${image.notes.map((note) => html`<li>${note}</li>`)}
${pictureNotes.map((note) => html`<li>${note}</li>`)}
</ul>
${eventsHtml(detail.events, name)}
</article>
`;
}

function factsHtml({ telling, lines, columns, channels, umPerPx, msPerLine, durationS }: ReportImage): Html {
  const facts: readonly (string | Html | null | false)[] = [
    telling !== null && telling.relPath !== null && nameHtml(telling.relPath),
    ...(telling === null
      ? []
      : [
          telling.condition !== null && html`condition ${nameHtml(telling.condition)}`,
          telling.treatment !== null && html`treatment ${nameHtml(telling.treatment)}`,
          telling.animal !== null && html`animal ${nameHtml(telling.animal)}`,
          telling.acquiredLocal !== null
            ? `recorded ${telling.acquiredLocal.slice(0, 16).replace("T", " ")}`
            : telling.day !== null && html`day ${nameHtml(telling.day)}`,
        ]),
    lines !== null && columns !== null && `${counted(lines, "line")} × ${columns} px`,
    umPerPx === null ? "no pixel size" : `${shownValue(umPerPx)} µm/px`,
    msPerLine === null ? "no line period" : `${shownValue(msPerLine)} ms/line`,
    durationS !== null && shownDuration(durationS),
    channels !== null && channels > 1 && counted(channels, "channel"),
  ];
  const known = facts.filter((fact) => fact !== null && fact !== false);
  return html`<p class="facts small pale">${known.map((fact, index) => html`${index > 0 && " · "}${fact}`)}</p>
${telling !== null && telling.note !== null && telling.note !== "" && html`<p class="small">Note: ${nameHtml(telling.note)}</p>`}`;
}

function measuredWords({ values }: ReportImage, measures: readonly MeasureFacts[]): string {
  const known = measures.filter(({ key }) => values[key] !== null);
  return known.length === 0
    ? "Nothing that counts was measured."
    : `${known
        .map(({ key, label, unit }, index) => {
          // The label of a rate says its unit.
          const words = `${label}: ${withUnit(values[key], unit.startsWith("1/") ? "" : unit)}`;
          return index === 0 ? words.charAt(0).toUpperCase() + words.slice(1) : words;
        })
        .join(" · ")}`;
}

/** At most this many traces stand below a picture; a sentence names the others. */
const MOST_TRACES = 4;

function picturesHtml(anchor: string, name: string, picture: PackedPicture): Html {
  const { overview, stretch, traces, secondsPerLine } = picture;
  const stop = stretch === null ? 0 : stretch.firstLine + stretch.lines;
  const scan = `${anchor}-scan`;
  return html`
<div class="pictures">
<template>
${
  overview !== null &&
  html`<figure aria-label="Whole scan of ${name}"><kym-image id="${scan}" data-title="Whole scan"${traces.length > 0 && html` no-time-axis`}></kym-image>
${traces
  .slice(0, MOST_TRACES)
  .map(
    ({ roiId }) =>
      html`<kym-trace for="${scan}" roi="${roiId}" height="${traces.length > 1 ? 120 : 150}"></kym-trace>`,
  )}</figure>`
}
${traces.length > MOST_TRACES && html`<p class="small">No room for the traces of ROI ${traces.slice(MOST_TRACES).map(({ roiId }, index) => html`${index > 0 && ", "}${roiId}`)}.</p>`}
${
  stretch !== null &&
  html`<figure aria-label="Lines of ${name} as recorded"><kym-image data-from="${stretch.firstLine}" data-to="${stop}" data-title="${counted(stretch.lines, "line")} as recorded, ${stretchWords(stretch.firstLine, stop, secondsPerLine)}"></kym-image></figure>`
}
</template>
${dataHtml(html`class="picture"`, picture)}
</div>`;
}

function stretchWords(start: number, stop: number, secondsPerLine: number | null): string {
  return secondsPerLine === null
    ? `from line ${start} to ${stop}`
    : `from ${shownValue(start * secondsPerLine)} s to ${shownValue(stop * secondsPerLine)} s`;
}

function traceWords({
  roiId,
  software,
  algorithm,
  stateWords,
  velocityMmPerS,
  pxPerLine,
  calibrated,
}: ReportTrace): string {
  const values = calibrated ? velocityMmPerS : pxPerLine;
  const missing = values.filter((value) => value === null).length;
  const whose = software === "lab" ? "the lab’s analysis" : software;
  return `Velocity of ROI ${roiId}: ${whose}${algorithm === null || algorithm === "" ? "" : ` (${algorithm})`}, ${counted(values.length, "window")}${
    missing === 0 ? "" : `, ${missing} without a number, which are gaps`
  }. ${stateWords}`;
}

function eventsHtml(events: readonly ReportEvent[], name: string): Html | false {
  return (
    events.length > 0 &&
    html`<details class="small"><summary>${counted(events.length, "event")} of ${nameHtml(name)}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Events of ${name}">
<table><thead><tr><th scope="col">type</th><th scope="col" class="number">from (s)</th><th scope="col" class="number">to (s)</th><th scope="col">ROI</th><th scope="col">by</th><th scope="col">reviewed as</th></tr></thead>
<tbody>${events.slice(0, MOST_EVENTS).map(
      ({ eventType, userType, byUser, startS, endS, roiId }) => html`
<tr><td>${eventType === null ? NOTHING : nameHtml(eventType.replaceAll("_", " "))}</td><td class="number">${seconds(startS)}</td><td class="number">${seconds(endS)}</td><td>${roiId}</td><td>${byUser ? "a person" : "a program"}</td><td>${userType === null ? NOTHING : nameHtml(userType.replaceAll("_", " "))}</td></tr>`,
    )}</tbody></table></div>
${events.length > MOST_EVENTS && html`<p>and ${events.length - MOST_EVENTS} more</p>`}
</details>`
  );
}

function seconds(value: number | null): string {
  return value === null ? NOTHING : value.toFixed(3);
}
