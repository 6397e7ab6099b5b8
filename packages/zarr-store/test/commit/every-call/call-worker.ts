/** A process that does one of the cases. What it is told of is written on its standard output, in a line. */
import { writeSync } from "node:fs";
import { CALL_CASES, openFolder, PACKING } from "./call-cases.ts";

const [root = "", name = ""] = process.argv.slice(2);
const found = [...CALL_CASES, PACKING].find((one) => one.name === name);
if (found === undefined) {
  throw new Error(`no case is called ${name}`);
}
// Whether it can link is the file system's business, or the library's.
const dataset = await openFolder(root, { hasLinks: true });
await found.run(dataset);
writeSync(1, "acknowledged\n");
await dataset.close();
