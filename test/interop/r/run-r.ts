// Runs R in a process of its own: `node run-r.ts <folder of webR> <script> <folder>`, prints what the script prints.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [webR = "", script = "", folder = ""] = process.argv.slice(2);
const { WebR } = await import(pathToFileURL(join(webR, "dist/webr.mjs")).href);
const r = new WebR();
await r.init();
await r.FS.mkdir("/data");
await r.FS.mount("NODEFS", { root: folder }, "/data");
console.log(await r.evalRString(readFileSync(script, "utf8")));
r.close();
