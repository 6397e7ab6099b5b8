// Builds a page with a real Vite, and serves it with Vite's own servers.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { REPOSITORY_ROOT } from "../../gates/source/source-tree.ts";
import { installFromNpm } from "../install-from-npm.ts";
import { firstMatch } from "./first-match.ts";

/** A folder with a page, in which Vite finds the packages. */
export interface ViteSite extends AsyncDisposable {
  readonly folder: string;
  /** What is served as it is: put files here before the build. */
  readonly publicFolder: string;
  /** Builds the page into `dist`. */
  build(): Promise<void>;
  /** Starts `vite preview` of what is built, or `vite`, which needs no build. */
  serve(options: {
    readonly command: "preview" | "dev";
    readonly appType: "spa" | "mpa";
  }): Promise<ViteServer>;
}

/** A server that runs, until it is disposed. */
export interface ViteServer extends AsyncDisposable {
  readonly url: string;
}

/** Makes a site whose only page runs a script. */
export async function makeViteSite(script: string): Promise<ViteSite> {
  const vite = join(await installFromNpm("vite", "8.3.8"), "bin/vite.js");
  // Within the repository, so that Vite finds the packages by their names.
  const cache = join(REPOSITORY_ROOT, ".cache/sites");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "site-"));
  await mkdir(join(folder, "public"));
  await copyFile(script, join(folder, "main.ts"));
  const icon = '<link rel="icon" href="data:,">';
  await writeFile(
    join(folder, "index.html"),
    `<!doctype html><title>Page</title>${icon}<script type="module" src="/main.ts"></script>`,
  );
  for (const appType of ["spa", "mpa"]) {
    const config = { appType, cacheDir: "./vite" };
    await writeFile(join(folder, `${appType}.config.js`), `export default ${JSON.stringify(config)};\n`);
  }
  return {
    folder,
    publicFolder: join(folder, "public"),
    build: async () => {
      await promisify(execFile)(process.execPath, [vite, "build", "--config", "spa.config.js"], {
        cwd: folder,
      });
    },
    serve: ({ command, appType }) =>
      startVite([vite, command, "--config", `${appType}.config.js`, "--host", "127.0.0.1"], folder),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function startVite(args: readonly string[], cwd: string): Promise<ViteServer> {
  const child = spawn(process.execPath, [...args, "--port", "0"], {
    cwd,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    return {
      url: await firstMatch(child.stdout, /Local: +(http:\S+)/),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
