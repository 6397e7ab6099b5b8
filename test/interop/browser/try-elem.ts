import { writeFileSync, readFileSync } from "node:fs";
import { pageScript } from "@kym/viewer-elements/page-script";
import { AcqImage, KymDataset } from "@kym/kym-dataset";
import { openLocalDataset } from "@kym/zarr-store/node";
import { calibrationOf } from "@kym/kym-schema";
import { chromium } from "playwright-core";
const ds = await openLocalDataset(process.argv[2]!, { mode: "r" });
const kym = new KymDataset(ds);
const id = process.argv[3] ?? "";
const record = ds.record(id);
const img = AcqImage.from({ sourceKey: id, pixelStore: record.asPixelStore(), artifactStore: record.asArtifactStore() });
const { rois, header } = await img.metadata();
const pl = await img.getSlice2d({ channel: 1 });
const res = await kym.loadTraces(id);
console.log(pl.shape, pl.data.constructor.name, rois.length, res.traces.length, res.events.length, calibrationOf(header));
import { LineReduction, overviewBins, overviewOf } from "@kym/view";
const red = new LineReduction({ lines: pl.shape[0]!, columns: pl.shape[1]!, bins: 1000 }); red.add(0, { pixels: pl.data as any, lines: pl.shape[0]!, columns: pl.shape[1]! }); const ov = overviewOf(red);
const js = (v: unknown) => JSON.stringify(v, (_k, x) => ArrayBuffer.isView(x) ? { __t: x.constructor.name, a: Array.from(x as any, (n: number) => Number.isFinite(n) ? n : null) } : x);
const data = js({ name: "20250722_A89 <b>&</b>", ...(process.argv[4] === "overview" ? { size: { lines: pl.shape[0], columns: pl.shape[1] }, overview: ov } : { plane: { pixels: pl.data, lines: pl.shape[0], columns: pl.shape[1] } }), pixelSize: calibrationOf(header), rois, traces: res.traces, events: res.events });
const dark = false;
const html = `<!doctype html><html lang="en" style="color-scheme:light dark"><title>t</title><body style="margin:8px;font-family:sans-serif"><main><h1>Scan</h1><kym-image id="scan" no-time-axis></kym-image><kym-trace for="scan"></kym-trace></main><script>${await pageScript()}</script><script>
const revive=(k,v)=>v&&v.__t?globalThis[v.__t].from(v.a.map(n=>n===null?NaN:n)):v;
document.querySelector("kym-image").data=JSON.parse(${JSON.stringify(data).replaceAll("<","\\u003c")},revive);
</script>`;
writeFileSync("/tmp/elem/t.html", html);
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
for (const [name, w, scheme, dpr] of [["light", 1100, "light", 1], ["dark", 1100, "dark", 2], ["narrow", 400, "light", 2]] as const) {
  const c = await b.newContext({ viewport: { width: w, height: 620 }, colorScheme: scheme, deviceScaleFactor: dpr });
  const p = await c.newPage();
  p.on("console", (m) => console.log(name, m.text()));
  p.on("pageerror", (m) => console.log(name, String(m.stack)));
  await p.goto("file:///tmp/elem/t.html");
  await p.waitForTimeout(300);
  if (name === "dark") { await p.mouse.move(400, 150); await p.waitForTimeout(100); }
  await p.screenshot({ path: `/tmp/elem/${name}.png` });
  if (name === "light") {
    await p.mouse.move(400, 120); await p.mouse.down(); await p.mouse.move(460, 120, { steps: 3 }); await p.screenshot({ path: "/tmp/elem/box.png" }); await p.mouse.up();
    await p.waitForTimeout(200); await p.mouse.move(600, 400); await p.waitForTimeout(100);
    await p.screenshot({ path: "/tmp/elem/zoom.png" });
    await p.mouse.move(430, 120); await p.mouse.down(); await p.mouse.move(480, 120, { steps: 3 }); await p.mouse.up();
    await p.waitForTimeout(200);
    await p.screenshot({ path: "/tmp/elem/zoom2.png" });
  }
}
await b.close();
