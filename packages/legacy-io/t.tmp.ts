import { readFileSync, readdirSync } from "node:fs";
import { bytesSource, readNpy, readTiff, isLegacyIoError, describeTiff } from "./src/index.ts";
import { nodeTiffCodecs } from "./src/node/tiff-codecs.ts";
const V="/work/shared/data/tiff/valid/";
for (const f of readdirSync(V).filter(f=>f.endsWith(".tif"))) for (const codecs of [undefined,nodeTiffCodecs]) {
  try { const { image, info } = await readTiff(bytesSource(readFileSync(V+f)), codecs?{codecs}:{});
    const n = readNpy(readFileSync(V+f.replace(".tif",".npy")));
    const same = n.dtype===image.dtype && n.shape.join()===image.shape.join() && Buffer.compare(Buffer.from(n.data.buffer as ArrayBuffer), Buffer.from(image.data.buffer as ArrayBuffer))===0;
    if (!same || codecs) console.log(same?"ok":"DIFF", f, info.axes.join(""), info.axesSource, info.calibration.map(c=>`${c.axis}:${c.step}${c.unit}/${c.source}`).join(" "), info.warnings.join(";"), n.shape.join(), image.shape.join());
  } catch (e: any) { console.log("ERR", f, e.code, e.message, isLegacyIoError(e)? e.details.tag : e.stack); }
}
const K="/work/shared/data/kymographs/";
for (const f of ["Capillary1_0001.tif","Capillary2_no_txt.tif","28d AngII/20250722/20250722_A89_0002.tif"]) { const b=readFileSync(K+f); const t=performance.now(); const {image,info}=await readTiff(bytesSource(b)); console.log(f, performance.now()-t, image.shape, info.axes, info.axesSource, info.calibration, info.calibrationCandidates.length, info.warnings, (image.data as Uint16Array).reduce((a,b)=>a+b,0)); }
