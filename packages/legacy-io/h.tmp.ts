import { readFileSync, readdirSync } from "node:fs";
import { bytesSource, readTiff } from "./src/index.ts";
import { nodeTiffCodecs } from "./src/node/tiff-codecs.ts";
const V="/work/shared/data/tiff/hostile/";
const c: Record<string,number>={};
for (const f of readdirSync(V).filter(f=>f.endsWith(".tif"))) { const t=performance.now();
  try { const { image } = await readTiff(bytesSource(readFileSync(V+f))); console.log("IMG", f, image.shape.join(), image.dtype, (performance.now()-t).toFixed(1)); }
  catch (e: any) { console.log(e.name==="LegacyIoError"?"err":"BAD", f, e.code, e.message, (performance.now()-t).toFixed(1)); } }
console.log(process.memoryUsage().rss/1e6);
