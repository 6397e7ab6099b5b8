// Writes the script of `@kym/viewer-elements/page-script` as a module, after the package was built.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pageScript } from "@kym/viewer-elements/page-script";

const text = JSON.stringify(await pageScript());
const file = join(import.meta.dirname, "../packages/viewer-elements/dist/page-script-text.js");
await writeFile(file, `export const pageScriptText = async () => ${text};\n`);
