// How a report looks: light and dark, on paper, and on a narrow screen.

/** The style sheet. Each colour of text has a contrast of at least 4.5 to what it stands on, in both schemes. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f6f7f9; --ink: #1b1f24; --pale: #57606a; --line: #d5dae0; --link: #0b57a4;
  --mark: #0072b2; --good: #1a6b3c; --warn: #8a5200; --bad: #a3231f; --stripe: #fafbfc; --focus: #0b57a4;
  --g0: #0072b2; --g1: #c04f00; --g2: #00785a; --g3: #a8487f; --g4: #7d6014; --g5: #2f7fb0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --panel: #1d2127; --ink: #e8ebef; --pale: #a4adb8; --line: #39414b; --link: #7cbcff;
    --mark: #5cb3f0; --good: #7fd19f; --warn: #f0b45c; --bad: #ff9089; --stripe: #191d22; --focus: #7cbcff;
    --g0: #5cb3f0; --g1: #ff9d5c; --g2: #4fd0a4; --g3: #f09ac8; --g4: #e3c35c; --g5: #a9dcf8;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3rem; }
body {
  --kym-surface: var(--ground); --kym-ink: var(--ink); --kym-pale: var(--pale); --kym-line: var(--line); --kym-focus: var(--focus);
  margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif;
}
main, body > header, body > footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
body > header { padding-top: 28px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .4rem 0; max-width: 78ch; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.pale { color: var(--pale); }
.small { font-size: .86rem; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--ground); padding: 6px 10px; z-index: 3; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; padding: 0; margin: .8rem 0 0; }
.counts { display: flex; flex-wrap: wrap; gap: 10px; list-style: none; padding: 0; margin: 1rem 0; }
.counts li { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 8px 14px; min-width: 104px; }
.counts b { display: block; font-size: 1.35rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.counts span { color: var(--pale); font-size: .86rem; }
.measures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 18px; }
.measure { border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; min-width: 0; break-inside: avoid; }
.measure svg { display: block; width: 100%; height: auto; margin: 6px 0; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 5px 10px 5px 0; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
.measure table { font-size: .86rem; }
.images-table { border: 1px solid var(--line); border-radius: 10px; max-height: 70vh; overflow: auto; }
.images-table table { border-collapse: separate; border-spacing: 0; }
.images-table th, .images-table td { padding: 5px 12px; }
.images-table thead th { position: sticky; top: 0; background: var(--panel); z-index: 1; padding: 0; vertical-align: bottom; }
.images-table td { white-space: nowrap; }
.images-table tbody { line-height: 22px; }
.images-table thead th > span { display: block; padding: 6px 12px; }
.images-table tbody tr:nth-child(even) { background: var(--stripe); }
.images-table tbody th { font-weight: 400; min-width: 13rem; position: sticky; left: 0; background: inherit; }
.images-table tbody tr { background: var(--ground); }
th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 6px 12px; cursor: pointer;
  width: 100%; min-width: 5.6rem; text-align: inherit; line-height: 1.25; }
th button:disabled { cursor: default; } th button:disabled:hover { text-decoration: none; }
th button:disabled::after { content: none; }
th button:hover { text-decoration: underline; }
th button::after { content: "\\2195"; display: inline-block; width: 1em; text-align: right; color: var(--pale); font-weight: 400; }
th[aria-sort=ascending] button::after { content: "\\2191"; color: var(--ink); }
th[aria-sort=descending] button::after { content: "\\2193"; color: var(--ink); }
.controls { display: flex; flex-wrap: wrap; gap: 10px 16px; align-items: end; margin: .6rem 0; }
.controls label { display: grid; gap: 2px; font-size: .86rem; color: var(--pale); }
.controls input, .controls select, .controls button { font: inherit; color: var(--ink); background: var(--ground);
  border: 1px solid var(--pale); border-radius: 6px; padding: 5px 9px; }
.controls input { width: min(300px, 80vw); }
.state { display: inline-block; border: 1px solid currentColor; border-radius: 99px; padding: 0 9px; font-size: .82rem; white-space: nowrap; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.image { border-top: 1px solid var(--line); padding: 18px 0 14px; content-visibility: auto; contain-intrinsic-size: auto 560px; }
.image header { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; }
.image .facts, .image .measured { max-width: none; }
.image ul.words { margin: .3rem 0 0; padding-left: 1.2rem; }
.image figure { margin: 10px 0 0; }
.image figcaption { color: var(--pale); font-size: .86rem; margin-bottom: 2px; }
.image kym-image, .image kym-trace { display: block; }
.pictures:not(.drawn) { min-height: 520px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; margin: 6px 0 0; padding: 0; font-size: .86rem; color: var(--pale); }
.legend b { color: var(--ink); }
svg text { font-family: inherit; fill: var(--ink); }
svg .tick { fill: var(--pale); font-size: 11px; }
svg .group { font-size: 12px; font-weight: 600; }
svg .group, svg .count { paint-order: stroke; stroke: var(--ground); stroke-width: 5px; stroke-linejoin: round; }
svg .grid { stroke: var(--line); }
svg .axis { stroke: var(--pale); }
svg .median { stroke: var(--ink); stroke-width: 2.5; }
svg .mean { stroke: var(--ink); stroke-width: 1.2; fill: none; }
svg .point { fill-opacity: .62; stroke: var(--ground); stroke-width: .6; cursor: pointer; }
svg .point:hover { fill-opacity: 1; stroke: var(--ink); stroke-width: 1.5; }
[hidden] { display: none !important; }
body > footer { margin-top: 2.5rem; padding-top: .8rem; padding-bottom: 2rem; color: var(--pale); font-size: .86rem; }
@media (max-width: 620px) {
  main, body > header, body > footer { padding-left: 14px; padding-right: 14px; }
  .counts li { flex: 1 1 40%; }
  .images-table tbody th { min-width: 9rem; }
}
.printed .pictures { width: 680px; }
@media print {
  :root {
    color-scheme: light;
    --ground: #fff; --panel: #fff; --ink: #000; --pale: #444; --line: #bbb; --link: #000; --mark: #0072b2; --stripe: #fff;
    --good: #1a6b3c; --warn: #8a5200; --bad: #a3231f;
    --g0: #0072b2; --g1: #c04f00; --g2: #00785a; --g3: #a8487f; --g4: #7d6014; --g5: #2f7fb0;
  }
  @page { margin: 14mm 12mm; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main, body > header, body > footer { max-width: none; padding: 0; }
  .measures { grid-template-columns: 1fr 1fr; gap: 10px; } .measure { padding: 8px 10px; font-size: 9pt; }
  .measure table { font-size: 7.5pt; } .measure th.number { white-space: normal; } .measure tbody th { overflow-wrap: anywhere; }
  nav, .controls, .skip, .screen-only { display: none !important; }
  .state { border: 0; padding: 0; font-size: inherit; }
  .image { padding: 8px 0; } .image ul.words { columns: 2; column-gap: 2.5em; }
  .images-table th button { padding: 0; } th button::after { content: none !important; }
  .images-table th, .images-table td { padding: 2px 5px 2px 0; white-space: normal; overflow-wrap: break-word; }
  .images-table td.number { white-space: nowrap; } .images-table tbody { line-height: inherit; }
  .images-table { max-height: none; overflow: visible; border: 0; font-size: 7pt; }
  .images-table thead th, .images-table tbody th { position: static; min-width: 0; padding: 2px 5px 2px 0; }
  .images-table tbody th { min-width: 22mm; overflow-wrap: anywhere; }
  th button { min-width: 0; }
  .scroll { overflow: visible; }
  .small, .image ul.words, .image figcaption { font-size: 8.5pt; }
  tr, .measure, .image figure { break-inside: avoid; }
  h2, h3, .image header, .image .facts, .image .measured, .image summary { break-after: avoid; }
  thead { display: table-header-group; }
  .image { content-visibility: visible; } .pictures:not(.drawn) { min-height: 0; }
  a { text-decoration: none; }
}
`;
