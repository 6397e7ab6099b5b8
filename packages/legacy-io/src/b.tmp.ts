import { readCsv } from "./csv.ts";
import { findCsvCells } from "./csv-cells.ts";
import { readFileSync } from "node:fs";
function med(name: string, f: () => unknown) { const t: number[] = []; for (let i = 0; i < 41; i++) { const a = performance.now(); f(); t.push(performance.now() - a); } t.sort((a, b) => a - b); console.log(name, t[20]!.toFixed(2), t[0]!.toFixed(2)); }
const bytes = new Uint8Array(readFileSync("/work/shared/data/kymographs/flow-analysis/Capillary1_0001_radon.csv"));
const schema = { columns: ["roi_id int64","channel int64","time float64","velocity float64","parentFolder utf8","file utf8","algorithm utf8","delx float64","delt float64","numLines int64","pntsPerLine int64","cleanVelocity float64","absVelocity float64"].map(s=>({name:s.split(" ")[0]!,type:s.split(" ")[1]! as any})) };
med("cells", () => findCsvCells(bytes));
med("readCsv schema", () => readCsv(bytes, { schema }));
med("readCsv infer", () => readCsv(bytes));
const t = readCsv(bytes); console.log(t.schema.columns.map(c=>c.name+":"+c.type).join(" "), t.rowCount);
const lines = readFileSync("/work/shared/data/kymographs/flow-analysis/Capillary1_0001_radon.csv","utf8").trim().split("\n").map(l=>l.split(","));
let bad=0; for (let r=1;r<lines.length;r++) for (const [i,n] of lines[0]!.entries()) { const v=(t.columns[n] as any)[r-1]; const s=lines[r]![i]!; const e = s===""? NaN: Number(s); if (typeof v==="number" ? !Object.is(v,e) : typeof v==="bigint"? v!==BigInt(s) : v!==s) bad++; } console.log("bad",bad);
