import { describe, expect, it } from "vitest";
import { shellWord } from "../../src/screen/shell-word.ts";
import { inCallerForm, kymCommand } from "../../src/terminal/caller-form.ts";

const PNPM = { npm_lifecycle_event: "kym", npm_config_user_agent: "pnpm/12.21.0 npm/? node/? linux x64" };
const NPX = { ...PNPM, npm_execpath: "/home/ada/.npm/_npx/9c70/node_modules/pnpm/pnpm" };

describe("the words that start kym", () => {
  it.each([
    [{}, "kym"],
    [NPX, "npx -y pnpm@12 --silent kym"],
    [PNPM, "pnpm --silent kym"],
    [{ ...PNPM, npm_lifecycle_event: "test" }, "kym"],
    [{ KYM_CALLED_AS: "./kym" }, "./kym"],
    [{ KYM_CALLED_AS: "../my clone/kym" }, '"../my clone/kym"'],
    [{ KYM_CALLED_AS: "/opt/kym/kym", PATH: "/usr/bin:/opt/kym" }, "kym"],
    [{ KYM_CALLED_AS: "/opt/kym/kym", PATH: "/usr/bin" }, "/opt/kym/kym"],
  ])("in the environment %j are %s", (environment, words) => {
    expect(kymCommand({ environment })).toBe(words);
  });

  it("replace kym in a hint where it is a command, and nowhere else", () => {
    const caller = { environment: { KYM_CALLED_AS: "./kym" } };
    const inForm = (text: string) => inCallerForm(text, caller, ["ls", "index"]);
    expect(inForm("kym ls study.zarr lists them; then kym index study.zarr")).toBe(
      "./kym ls study.zarr lists them; then ./kym index study.zarr",
    );
    expect(inForm("kym COMMAND --help")).toBe("./kym COMMAND --help");
    for (const text of ["./kym ls x", "kym needs Node", "my-kym ls", "kym lsx", "kym_radon"]) {
      expect(inForm(text)).toBe(text);
    }
    const npx = { environment: NPX };
    expect(inCallerForm(inCallerForm("kym ls", npx, ["ls"]), npx, ["ls"])).toBe(
      "npx -y pnpm@12 --silent kym ls",
    );
  });
});

describe("a path in a hint", () => {
  it.each([
    ["study.zarr", "study.zarr"],
    ["/mnt/µm/Ä+1.zarr", "/mnt/µm/Ä+1.zarr"],
    ["kymos July", '"kymos July"'],
    ["a'b", `"a'b"`],
    ['a "b" $c', `'a "b" $c'`],
    ["it's $5", `'it'\\''s $5'`],
    ["-x.zarr", "./-x.zarr"],
    ["C:\\data\\study.zarr", "C:\\data\\study.zarr"],
    ["", '""'],
  ])("%j is one word of a shell: %s", (path, word) => {
    expect(shellWord(path)).toBe(word);
  });
});
