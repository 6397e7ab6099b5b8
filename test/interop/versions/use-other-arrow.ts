// Gives a program another version of apache-arrow: `node --import` it, with the folder in `KYM_OTHER_ARROW`.

import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const folder = process.env["KYM_OTHER_ARROW"];
if (folder !== undefined) {
  const other = `${pathToFileURL(folder).href}/`;
  registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      return {
        ...found,
        url: found.url.replace(/^file:.*\/apache-arrow@[^/]*\/node_modules\/apache-arrow\//, other),
      };
    },
  });
}
