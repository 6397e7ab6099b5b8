// Gives a program another version of apache-arrow: `node --import` it, with the folder in `KYM_OTHER_ARROW`.

import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const folder: unknown = Reflect.get(process.env, "KYM_OTHER_ARROW");
if (typeof folder === "string") {
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
