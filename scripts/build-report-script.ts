// Writes the script of a report's page as a module, after the command was built.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reportScriptText } from "../apps/cli/src/page/report-script-text.ts";

const text = JSON.stringify(await reportScriptText());
const file = join(import.meta.dirname, "../apps/cli/dist/report-script-text.js");
await writeFile(file, `export const reportScriptText = async () => ${text};\n`);
