import { FUZZED_TIFF, SOUND_TIFFS } from "./fuzzed-tiff.ts";
import { mutate, randomFrom } from "./mutate.ts";
import { readNaively } from "./naive-tiff.ts";
const seed=Number(process.argv[2]), wanted=process.argv.slice(3).map(Number); const random=randomFrom(seed);
for (let run=-SOUND_TIFFS.length; run<=Math.max(...wanted); run++){ const sound=SOUND_TIFFS[(run+SOUND_TIFFS.length)%SOUND_TIFFS.length]!; const bytes=run<0?sound:mutate(sound,random);
 if(wanted.includes(run)){ const {image,info}=await FUZZED_TIFF.read(new Uint8Array(bytes)); const n=readNaively(bytes);
 console.log(run,(run+SOUND_TIFFS.length)%SOUND_TIFFS.length,image.dtype,image.shape,info.warnings,info.description, "naive",n.dtype,n.planeShape,n.planeCount, n.description); let d=0; const a=Buffer.from(image.data.buffer); for(let i=0;i<a.length;i++) if(a[i]!==n.bytes[i]) d++; console.log("diff",d,a.length,n.bytes.length, [...bytes].map((b,i)=>b===sound[i]?'':`${i}:${sound[i]}>${b}`).filter(Boolean).join(" "), "len",bytes.length,sound.length);} }
