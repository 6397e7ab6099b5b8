// The look of both elements. A page changes it through custom properties, and light or dark through `color-scheme`.

/** The style sheet of a shadow root. */
export const ELEMENT_STYLE: string = `
:host {
  --ink: var(--kym-ink, light-dark(#1a1a1a, #e9e9e9));
  --pale: var(--kym-pale, light-dark(#5f5f5f, #a9a9a9));
  --line: var(--kym-line, light-dark(#d4d4d4, #4a4a4a));
  --surface: var(--kym-surface, light-dark(#ffffff, #1b1b1d));
  --focus: var(--kym-focus, light-dark(#0b5fff, #7db2ff));
  display: block;
  min-width: 0;
  color: var(--ink);
  background: var(--surface);
  font: 13px/1.4 var(--kym-font, system-ui, sans-serif);
  font-variant-numeric: tabular-nums;
}
:host([hidden]) { display: none; }
*, *::before { box-sizing: border-box; }
.head, .foot { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 12px; padding: 3px 14px 3px 58px; }
.head { min-height: 28px; }
.foot { min-height: 20px; color: var(--pale); font-size: 12px; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.size { color: var(--pale); font-size: 12px; }
.tools { display: flex; gap: 4px; margin-left: auto; }
.tools[hidden] { display: none; }
.readout { margin-left: auto; color: var(--ink); white-space: nowrap; }
button, select {
  font: inherit; font-size: 12px; color: var(--ink); background: transparent;
  border: 1px solid var(--line); border-radius: 4px; min-width: 26px; height: 24px; padding: 0 6px; cursor: pointer;
}
select option { color: #1a1a1a; background: #ffffff; }
button:hover, select:hover { border-color: var(--pale); }
.plot { position: relative; cursor: crosshair; touch-action: pan-y; user-select: none; -webkit-user-select: none; }
.plot:focus-visible, button:focus-visible, select:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
.plot.pointed:focus-visible { outline: 1px solid var(--line); }
canvas { display: block; }
.pixels { position: absolute; image-rendering: pixelated; background: light-dark(#efefef, #2a2a2c); }
svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: hidden; pointer-events: none; }
text { font: 11px var(--kym-font, system-ui, sans-serif); fill: var(--pale); }
.frame { fill: none; stroke: var(--line); }
.tick { stroke: var(--line); }
.halo { paint-order: stroke; stroke: #000000; stroke-width: 3px; stroke-linejoin: round; }
.roi { fill: none; stroke-width: 1.2; stroke-dasharray: 5 2; }
.roi.chosen { stroke-width: 2.2; stroke-dasharray: none; }
.slopes { fill: none; stroke-width: 1.2; stroke-linecap: round; }
.cross { stroke: #ffffff; stroke-width: 1; mix-blend-mode: difference; }
.trace .cross { stroke: var(--ink); mix-blend-mode: normal; stroke-dasharray: 3 2; }
.box { fill: var(--focus); fill-opacity: 0.25; stroke: var(--focus); }
.zero { stroke: var(--pale); stroke-dasharray: 2 3; }
.band { fill-opacity: 0.3; }
.letter { font-weight: 700; fill: var(--ink); }
.message {
  position: absolute; inset: 0; display: grid; place-content: center; text-align: center;
  padding: 8px 16px; color: var(--ink); background: var(--surface); overflow-wrap: anywhere; z-index: 1;
}
.message:empty { display: none; }
.message.error::before { content: "⚠ "; display: block; font-size: 18px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 12px; }
.key { display: inline-flex; align-items: center; gap: 4px; white-space: nowrap; }
.key i { display: inline-block; width: 16px; border-top: 2px solid; }
.key b {
  display: inline-block; min-width: 15px; padding: 0 3px; border-radius: 3px; text-align: center; line-height: 15px;
  font-size: 11px; color: var(--ink);
}
.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.uplot, .uplot * { box-sizing: border-box; }
.uplot { position: relative; }
.u-wrap { position: relative; user-select: none; }
.u-over, .u-under { position: absolute; }
.u-under { overflow: hidden; }
.uplot canvas { position: relative; width: 100%; height: 100%; }
.u-axis { position: absolute; }
.u-off, .u-select, .u-legend, .u-cursor-x, .u-cursor-y, .u-cursor-pt { display: none; }
@media print { .tools, .readout { display: none; } }
@media (max-width: 480px) { .head, .foot { padding-left: 14px; } }
`;
