/** Stands in for functions of Node's own modules, such as those of the file system, while a test runs. */
import { syncBuiltinESMExports } from "node:module";

/**
 * Replaces exports of a module of Node for all that import them, and returns what puts the old ones back. Unlike a mock of
 * the module it leaves nothing behind for the next file of tests in the same process.
 */
export function replaceExports<Module extends object>(
  module: Module,
  replacements: Partial<Module>,
): () => void {
  const old: Partial<Module> = {};
  for (const name of Object.keys(replacements)) {
    Reflect.set(old, name, Reflect.get(module, name));
  }
  const put = (exports: Partial<Module>): void => {
    Object.assign(module, exports);
    syncBuiltinESMExports();
  };
  put(replacements);
  return () => put(old);
}
