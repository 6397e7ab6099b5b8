import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "../../../src/commands/all-commands.ts";
import { blindName } from "../../support/blind-name.ts";
import { kym, kymJson } from "../../support/kym.ts";

describe("completion", () => {
  let cwd = "";
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym complete "));
    for (const folder of ["tiffs/day 1", "tiffs/day 2", "my lab", ".hidden"]) {
      await mkdir(join(cwd, folder), { recursive: true });
    }
    for (const [index, path] of ["day 1/a_0001", "day 2/a_0001", "day 2/b_0002"].entries()) {
      const data = new Uint16Array(32).fill(index);
      const tiff = writeImageJTiff({ dtype: "uint16", shape: [8, 4], data });
      await writeFile(join(cwd, "tiffs", `${path}.tif`), tiff);
    }
    await kym(["ingest", "tiffs", "study.zarr"], { cwd });
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  const at = async (line: string, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
    const { data } = await kymJson(["completion", "fish", line], { cwd, env });
    return data.map(({ text }: { readonly text: string }) => text);
  };

  it("every command of kym is offered, with help, and none where the name is begun otherwise", async () => {
    expect(await at("kym ")).toEqual([...ALL_COMMANDS.map(({ name }) => name), "help"]);
    expect(await at("kym --json r")).toEqual(
      ALL_COMMANDS.map(({ name }) => name).filter((name) => name.startsWith("r")),
    );
    expect(await at("kym nothing-like-it ")).toEqual([]);
    expect(await at("kym help compl")).toEqual(["completion"]);
  });

  it("the options of each command are offered, those of every command among them", async () => {
    for (const { name, load } of ALL_COMMANDS) {
      const command = await load();
      const members = "commands" in command ? command.commands : [command];
      for (const { usage, options } of members) {
        const words = "commands" in command ? usage.split(" ").slice(0, 2).join(" ") : name;
        const flags = await at(`kym ${words} --`);
        expect(flags, words).toEqual(
          expect.arrayContaining([
            "--json",
            "--help",
            ...Object.keys(options).map((option) => `--${option}`),
          ]),
        );
        expect(new Set(flags).size, words).toBe(flags.length);
      }
    }
  });

  it("an option that is given is not offered again, and none is offered behind --", async () => {
    expect(await at("kym export --to imagej -f --")).not.toEqual(expect.arrayContaining(["--to"]));
    expect(await at("kym export --to imagej -f --fo")).toEqual([]);
    expect(await at("kym index study.zarr --indexer radon --inde")).toEqual(["--indexer"]);
    expect(await at("kym ls -- --")).toEqual([]);
  });

  it("the value of an option is one of its choices, also after = and after a comma", async () => {
    expect(await at("kym export a b --to ")).toEqual(["legacy", "kymflow", "imagej", "ome-zarr", "acqstore"]);
    expect(await at("kym export a b --to=k")).toEqual(["--to=kymflow"]);
    expect(await at("kym index study.zarr --indexer radon,v")).toEqual(["radon,velocity_events"]);
    expect(await at("kym index study.zarr --indexer radon,r")).toEqual([]);
    expect(await at("kym ingest a b --jobs ")).toEqual([]);
    expect(await at("kym ls --json=")).toEqual([]);
  });

  it("a dataset is offered whole, and a folder with a slash, because a dataset may be in it", async () => {
    expect(await at("kym ls ")).toEqual(["my lab/", "study.zarr", "tiffs/"]);
    expect(await at("kym ls .h")).toEqual([".hidden/"]);
    expect(await at(`kym ls ${cwd.replaceAll(" ", "\\ ")}/st`)).toEqual([join(cwd, "study.zarr")]);
    expect(await at("kym ls nowhere/")).toEqual([]);
  });

  it("where a folder of images is due, datasets are not offered; where a file is, files are", async () => {
    expect(await at("kym ingest ")).toEqual(["my lab/", "tiffs/"]);
    expect(await at("kym refresh study.zarr t")).toEqual(["tiffs/"]);
    expect(await at('kym roi import study.zarr b_0002 "tiffs/day 2/')).toEqual([
      "tiffs/day 2/a_0001.tif",
      "tiffs/day 2/b_0002.tif",
    ]);
    expect(await at("kym query study.zarr x -o tif")).toEqual(["tiffs/"]);
  });

  it("an image is offered by its file name, and by its path where two have that name", async () => {
    expect(await at("kym show study.zarr ")).toEqual(["b_0002", "day 1/a_0001.tif", "day 2/a_0001.tif"]);
    expect(await at("kym roi list --json study.zarr b")).toEqual(["b_0002"]);
    expect(await at("kym show none.zarr ")).toEqual([]);
  });

  it("an image is offered by its id where no name fits, and by its blind name in blind scoring", async () => {
    const { data } = await kymJson(["ls", "study.zarr"], { cwd });
    const ids: readonly string[] = data.map(({ image_id: id }: { readonly image_id: string }) => id);
    const [id = ""] = ids;
    expect(await at(`kym show study.zarr ${id.slice(0, 10)}`)).toEqual([id]);
    expect([...(await at("kym show --blind study.zarr "))].sort()).toEqual(
      ids.map((one) => blindName(one)).sort(),
    );
    const seven = ids.map((one) => blindName(one, "7")).sort();
    expect([...(await at("kym show --blind --seed 7 study.zarr "))].sort()).toEqual(seven);
    expect([...(await at("kym show study.zarr ", { KYM_BLIND: "1", KYM_SEED: "7" }))].sort()).toEqual(seven);
  });

  it("each shell gets the words as it needs them, and its script asks kym itself", async () => {
    const lines = async (shell: string, line: string): Promise<string> =>
      (await kym(["completion", shell, "--", line], { cwd })).stdout;
    expect(await lines("bash", "kym ls my")).toBe("my lab/\n");
    expect(await lines("bash", "kym export a b --to=im")).toBe("imagej\n");
    expect(await lines("zsh", "kym ls my")).toBe("my\\ lab/\tmy lab/\n");
    expect(await lines("zsh", 'kym ls "my')).toBe("my lab/\tmy lab/\n");
    expect(await lines("fish", "kym ls st")).toBe("study.zarr\tdataset\n");
    for (const shell of ["bash", "zsh", "fish"]) {
      const { exitCode, stdout, stderr } = await kym(["completion", shell], { cwd });
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`completion ${shell} -- `);
    }
  });

  it("another shell is refused, with those that there are", async () => {
    const { exitCode, stderr } = await kym(["completion", "tcsh"], { cwd });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("kym completion bash|zsh|fish")]);
  });
});
