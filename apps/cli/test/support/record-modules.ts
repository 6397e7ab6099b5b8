import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import process from "node:process";

// Preloaded with `--import`. Appends the URL of each module that is loaded afterwards to a file, one per line.
const { KYM_MODULES: list = "" } = process.env;
registerHooks({
  load: (url, context, nextLoad) => {
    appendFileSync(list, `${url}\n`);
    return nextLoad(url, context);
  },
});
