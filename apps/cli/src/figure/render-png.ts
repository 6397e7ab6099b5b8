// Makes a PNG of a figure: resvg in WebAssembly, and the font DejaVu Sans, both loaded only here.

import { readFile } from "node:fs/promises";

let loaded: Promise<typeof import("@resvg/resvg-wasm")> | undefined;

/**
 * Renders an SVG. Its words are set in DejaVu Sans, whichever fonts the machine has, so that the picture is the same
 * everywhere.
 *
 * @param scale how many pixels of the PNG are one unit of the SVG
 */
export async function renderPng(svg: string, scale: number): Promise<Uint8Array> {
  loaded ??= loadResvg();
  const { Resvg } = await loaded;
  const fonts = await Promise.all(
    [
      import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
      import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
    ].map((file) => readFile(new URL(file))),
  );
  const drawing = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontBuffers: fonts, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
  });
  try {
    const image = drawing.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    drawing.free();
  }
}

/** The module can be initialised only once in a process. */
async function loadResvg(): Promise<typeof import("@resvg/resvg-wasm")> {
  const resvg = await import("@resvg/resvg-wasm");
  await resvg.initWasm(readFile(new URL(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))));
  return resvg;
}
