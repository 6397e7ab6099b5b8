// Presses Tab in real shells. Each types the completed line again as arguments, so that its quoting is seen as well.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const CLONE = join(import.meta.dirname, "../..");

/** What is typed before Tab, and the arguments that the line then has. */
const CASES: readonly (readonly [typed: string, args: readonly string[]])[] = [
  ["kym expo", ["kym", "export"]],
  ["kym roi ed", ["kym", "roi", "edit"]],
  ["kym ls --bl", ["kym", "ls", "--blind"]],
  ["kym --js", ["kym", "--json"]],
  ["kym export s.zarr out --to im", ["kym", "export", "s.zarr", "out", "--to", "imagej"]],
  ["kym export s.zarr out --to=im", ["kym", "export", "s.zarr", "out", "--to=imagej"]],
  ["kym ls s", ["kym", "ls", "s.zarr"]],
  ["kym ls my\\ lab/", ["kym", "ls", "my lab/2025.zarr"]],
  ["kym ingest my", ["kym", "ingest", "my lab/"]],
  ["kym show s.zarr 20250722", ["kym", "show", "s.zarr", "20250722_A89_0002"]],
  ["kym roi list s.zarr Cap", ["kym", "roi", "list", "s.zarr", "Capillary 2"]],
  ["kym completion fi", ["kym", "completion", "fish"]],
];

/** How each shell starts without the user's files, what it runs first, and the keys that go to the start of the line. */
const SHELLS = [
  ["bash", "bash --norc --noprofile -i", "source <(kym completion bash)"],
  ["zsh", "zsh -f -i", "bindkey -e; autoload -U compinit; compinit -u -D; source <(kym completion zsh)"],
] as const;

describe("completion in real shells", () => {
  let work = "";
  let env: NodeJS.ProcessEnv = {};
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym shells "));
    const bin = join(work, ".bin");
    for (const folder of [bin, join(work, "tiffs"), join(work, "my lab")]) {
      await mkdir(folder);
    }
    await symlink(join(CLONE, "kym"), join(bin, "kym"));
    for (const [index, stem] of ["20250722_A89_0002", "Capillary 2"].entries()) {
      const data = new Uint16Array(32).fill(index);
      const tiff = writeImageJTiff({ dtype: "uint16", shape: [8, 4], data });
      await writeFile(join(work, "tiffs", `${stem}.tif`), tiff);
    }
    const { INIT_CWD: _, ...outer } = process.env;
    env = { ...outer, PATH: `${bin}:${outer["PATH"]}`, HOME: work, TERM: "xterm", PS1: "$ " };
    for (const dataset of ["s.zarr", "my lab/2025.zarr"]) {
      const made = spawnSync("kym", ["ingest", "tiffs", dataset], { cwd: work, env, encoding: "utf8" });
      expect([made.status, made.stderr]).toEqual([0, expect.any(String)]);
    }
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  it.each(SHELLS.filter(([shell]) => hasShell(shell)))(
    "%s completes commands, options, values, paths and images",
    { timeout: 120_000 },
    async (shell, start, setup) => {
      const typed = CASES.map(([line]) => `${line}\t\u0001printf '[%s]' \n`);
      const output = await typeInto(start, { cwd: work, env }, setup, typed);
      const lines = answersIn(output);
      for (const [line, args] of CASES) {
        expect(lines, `${line} in ${shell}`).toContain(args.map((arg) => `[${arg}]`).join(""));
      }
    },
  );

  it.skipIf(!hasShell("fish"))(
    "fish completes commands, options, values, paths and images, and says what they mean",
    { timeout: 120_000 },
    () => {
      for (const [line, args] of CASES) {
        const script = `kym completion fish | source; complete -C '${line.replaceAll("\\", "\\\\")}'`;
        const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", script], {
          cwd: work,
          env,
          encoding: "utf8",
        });
        const found = stdout
          .trimEnd()
          .split("\n")
          .map((one) => one.split("\t")[0]);
        expect([line, found, stderr]).toEqual([line, [args.at(-1)], ""]);
      }
    },
  );
});

/** Types lines into an interactive shell on a terminal of its own, one after the other, and returns all that it showed. */
async function typeInto(
  start: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  setup: string,
  typed: readonly string[],
): Promise<string> {
  const child = spawn("script", ["-qec", start, "/dev/null"], {
    ...options,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const closed = once(child, "close");
  const until = async (isSeen: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 200 && !isSeen(); tries += 1) {
      await setTimeout(50);
    }
  };
  child.stdin.write(`${setup}; echo REA''DY\n`);
  await until(() => output.includes("READY"));
  for (const text of typed) {
    const seen = answersIn(output).length;
    child.stdin.write(text);
    await until(() => answersIn(output).length > seen);
  }
  child.stdin.write("exit\n");
  await closed;
  return output;
}

/** The lines as the shell took them apart: `[kym][ls]`. */
function answersIn(output: string): readonly string[] {
  return [...output.matchAll(/\[kym\](?:\[[^\][\n]*\])+/g)].map(([line]) => line);
}

/** Whether the shell can be tested. In CI it must be, and is installed where apt can. */
function hasShell(shell: string): boolean {
  const isThere = (): boolean => spawnSync("which", [shell]).status === 0;
  if (!isThere() && process.env["CI"] !== undefined) {
    spawnSync("apt-get", ["install", "-y", shell]);
    return true;
  }
  if (!isThere()) {
    console.warn(`${shell} is not installed: its completion is not tested`);
  }
  return isThere();
}
