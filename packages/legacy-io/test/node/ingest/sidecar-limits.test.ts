import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeParquet, tableFromColumns } from "@kym/zarr-store/table";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALL_FORMATS } from "../../../src/formats/all-formats.ts";
import { parseSidecar } from "../../../src/formats/parse-sidecar.ts";
import { readSidecars } from "../../../src/node/read/read-sidecars.ts";
import { MAX_SIDECAR_BYTES, MAX_SIDECAR_CELLS, MAX_SIDECAR_NODES } from "../../../src/sidecar-limits.ts";

const repeated = (first: string, part: string, count: number, last: string): string =>
  first + part.repeat(count) + last;

/** Of pyarrow: 400 000 rows with one text of 1 000 characters, which a dictionary holds once. */
const ONE_LONG_TEXT =
  "UEFSMRUEFdgPFSxMFQIVABIAACi1L/1g7AJlAAAo6AMAAHgBAOQroAUVABUaFSwsFcC4AhUQFQYVBhwAAAAotS/9IA1pAAAEAAAAwLgCAQHAuAIAFQAVGhUsLBXAuAIVEBUGFQYcAAAAKLUv/SANaQAABAAAAMC4AgEBwLgCABUAFRoVLCwVwLgCFRAVBhUGHAAAACi1L/0gDWkAAAQAAADAuAIBAcC4AgAVABUaFSwsFcC4AhUQFQYVBhwAAAAotS/9IA1pAAAEAAAAwLgCAQHAuAIAFQAVGhUsLBXAuAIVEBUGFQYcAAAAKLUv/SANaQAABAAAAMC4AgEBwLgCABUAFRoVLCwVwLgCFRAVBhUGHAAAACi1L/0gDWkAAAQAAADAuAIBAcC4AgAVABUaFSwsFcC4AhUQFQYVBhwAAAAotS/9IA1pAAAEAAAAwLgCAQHAuAIAFQAVGhUsLBXAuAIVEBUGFQYcAAAAKLUv/SANaQAABAAAAMC4AgEBwLgCABUAFRoVLCwVwLgCFRAVBhUGHAAAACi1L/0gDWkAAAQAAADAuAIBAcC4AgAVABUaFSwsFcC4AhUQFQYVBhwAAAAotS/9IA1pAAAEAAAAwLgCAQHAuAIAFQAVGhUsLBXAuAIVEBUGFQYcAAAAKLUv/SANaQAABAAAAMC4AgEBwLgCABUAFRoVLCwVwLgCFRAVBhUGHAAAACi1L/0gDWkAAAQAAADAuAIBAcC4AgAVABUaFSwsFcC4AhUQFQYVBhwAAAAotS/9IA1pAAAEAAAAwLgCAQHAuAIAFQAVGhUsLBXAuAIVEBUGFQYcAAAAKLUv/SANaQAABAAAAMC4AgEBwLgCABUAFRoVLCwVwLgCFRAVBhUGHAAAACi1L/0gDWkAAAQAAADAuAIBAcC4AgAVABUaFSwsFcC4AhUQFQYVBhwAAAAotS/9IA1pAAAEAAAAwLgCAQHAuAIAFQAVGhUsLBXAuAIVEBUGFQYcAAAAKLUv/SANaQAABAAAAMC4AgEBwLgCABUAFRoVLCwVwLgCFRAVBhUGHAAAACi1L/0gDWkAAAQAAADAuAIBAcC4AgAVABUaFSwsFcC4AhUQFQYVBhwAAAAotS/9IA1pAAAEAAAAwLgCAQHAuAIAFQAVGhUsLBXAuAIVEBUGFQYcAAAAKLUv/SANaQAABAAAAMC4AgEBwLgCABUEGSw1ABgGc2NoZW1hFQIAFQwlAhgBYSUATBwAAAAWgOowGRwZHCYAHBUMGTUABhAZGAFhFQwWgOowFsYaFoIOJlImCCksFQQVABUCABUAFRAVKAA8FoCQvP0CGQYZJgCA6jAAAAAWxhoWgOowJggWgg4AKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRkcHAAAAJwAAABQQVIx";
/** Of pyarrow: 300 000 rows with three short texts, and one of 4 000 characters. */
const ONE_ROW_LONG =
  "UEFSMRUEFd5AFWZMFQgVABIAACi1L/1gLw9NAQDwAwAAAGxvdwQAAABoaWdoeAAAAG1pZGRsZaAPAAB6AgCcx/m6l7SMARUAFfJOFUosFcC4AhUQFQYVBhwAAAAotS/9YLkS3QAAcAQAAADAuAIBAn8kSZJXAwADk1yLwPQANnVfFQAV8k4VSiwVwLgCFRAVBhUGHAAAACi1L/1guRLdAABwBAAAAMC4AgECf5IkSVcDAAOTXIvA9AA2dV8VABXyThVKLBXAuAIVEBUGFQYcAAAAKLUv/WC5Et0AAHAEAAAAwLgCAQJ/SZIkVwMAA5Nci8D0ADZ1XxUAFfJOFUosFcC4AhUQFQYVBhwAAAAotS/9YLkS3QAAcAQAAADAuAIBAn8kSZJXAwADk1yLwPQANnVfFQAV8k4VSiwVwLgCFRAVBhUGHAAAACi1L/1guRLdAABwBAAAAMC4AgECf5IkSVcDAAOTXIvA9AA2dV8VABXyThVKLBXAuAIVEBUGFQYcAAAAKLUv/WC5Et0AAHAEAAAAwLgCAQJ/SZIkVwMAA5Nci8D0ADZ1XxUAFfJOFUosFcC4AhUQFQYVBhwAAAAotS/9YLkS3QAAcAQAAADAuAIBAn8kSZJXAwADk1yLwPQANnVfFQAV8k4VSiwVwLgCFRAVBhUGHAAAACi1L/1guRLdAABwBAAAAMC4AgECf5IkSVcDAAOTXIvA9AA2dV8VABXyThVKLBXAuAIVEBUGFQYcAAAAKLUv/WC5Et0AAHAEAAAAwLgCAQJ/SZIkVwMAA5Nci8D0ADZ1XxUAFfJOFUosFcC4AhUQFQYVBhwAAAAotS/9YLkS3QAAcAQAAADAuAIBAn8kSZJXAwADk1yLwPQANnVfFQAV8k4VSiwVwLgCFRAVBhUGHAAAACi1L/1guRLdAABwBAAAAMC4AgECf5IkSVcDAAOTXIvA9AA2dV8VABXyThVKLBXAuAIVEBUGFQYcAAAAKLUv/WC5Et0AAHAEAAAAwLgCAQJ/SZIkVwMAA5Nci8D0ADZ1XxUAFfJOFUosFcC4AhUQFQYVBhwAAAAotS/9YLkS3QAAcAQAAADAuAIBAn8kSZJXAwADk1yLwPQANnVfFQAV8k4VSiwVwLgCFRAVBhUGHAAAACi1L/1guRLdAABwBAAAAMC4AgECf5IkSVcDAAOTXIvA9AA2dV8VABXyThVKLBXAuAIVEBUGFQYcAAAAKLUv/WC5Et0AAHAEAAAAwLgCAQJ/SZIkVwMAA5Nci8D0ADZ1XxUAFRIVJCwVAhUQFQYVBhwAAAAotS/9IAlJAAACAAAAAgECAgMVBBksNQAYBnNjaGVtYRUCABUMJQIYAWElAEwcAAAAFsLPJBkcGRwmABwVDBk1AAYQGRgBYRUMFsLPJBb25QkWuA8mjAEmCCksFQQVABUCABUAFRAVIAA8FoDkjgwZBhkmAMLPJAAAABb25QkWws8kJggWuA8AKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRkcHAAAAJ4AAABQQVIx";

/** Files that are small enough to be parsed as text, and too large for what they hold. */
const HOSTILE: Readonly<Record<string, () => Promise<Uint8Array> | Uint8Array | string>> = {
  "q.json": () => repeated('{"a":[', "{},", MAX_SIDECAR_NODES, "1]}"),
  "n.json": () => repeated('{"a":[', "1,", MAX_SIDECAR_NODES, "1]}"),
  "one.csv": () => repeated("a\n", "1\n", MAX_SIDECAR_CELLS, ""),
  "wide.csv": () => repeated("a,b\n", "1,2\n", MAX_SIDECAR_CELLS / 2, ""),
  "packed.csv.gz": () => gzipSync(repeated("a\n", "1\n", MAX_SIDECAR_CELLS, "")),
  "bomb.csv.gz": () => gzipSync(new Uint8Array(MAX_SIDECAR_BYTES + 1).fill(0x31)),
  "long.parquet": () => {
    const schema = { columns: [{ name: "a", type: "utf8" as const }] };
    const text = "x".repeat(2 ** 20);
    return encodeParquet(tableFromColumns(schema, { a: new Array<string>(65).fill(text) }));
  },
  "dictionary.parquet": () => Buffer.from(ONE_LONG_TEXT, "base64"),
  "many.parquet": () => {
    const rows = MAX_SIDECAR_CELLS + 1;
    const schema = { columns: [{ name: "a", type: "bool" as const }] };
    return encodeParquet(tableFromColumns(schema, { a: new Array<boolean>(rows).fill(true) }));
  },
};

describe("a sidecar that does not fit", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-limits-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = async (name: string) => {
    const format = ALL_FORMATS.filter(({ endings }) => endings.some((ending) => name.endsWith(ending)));
    const kind = format.find(({ named }) => named !== undefined)?.name ?? format[0]?.name ?? "";
    const path = join(folder, name);
    const { size, mtimeMs } = await import("node:fs/promises").then(({ stat }) => stat(path));
    const file = { relPath: name, path, kind, artifact: "q", sizeBytes: size, mtimeMs };
    const [sidecar] = await readSidecars([file as never], ALL_FORMATS, undefined);
    return sidecar?.parsed.content;
  };

  it.each(Object.keys(HOSTILE))("is kept unparsed, and says what is too much: %s", async (name) => {
    await writeFile(join(folder, name), (await HOSTILE[name]?.()) ?? "");
    expect(await read(name)).toMatchObject({
      kind: "opaque",
      reason: expect.stringMatching(/at most \d+|larger than \d+ bytes/),
    });
  });

  it.each(["long.json", "long.csv", "long.parquet"])("is not even looked into: %s", async (name) => {
    await writeFile(join(folder, name), "");
    await truncate(join(folder, name), MAX_SIDECAR_BYTES + 1);
    expect(await read(name)).toMatchObject({
      kind: "opaque",
      reason: `${name} has ${MAX_SIDECAR_BYTES + 1} bytes of text; at most ${MAX_SIDECAR_BYTES} are parsed`,
    });
  });

  it("and a dictionary with one long text that few rows have is read", async () => {
    await writeFile(join(folder, "q.parquet"), Buffer.from(ONE_ROW_LONG, "base64"));
    expect(await read("q.parquet")).toMatchObject({ kind: "understood" });
  });

  it.each(['{"a":[1,2]}', '[{"b":1e400}]'])("and one that fits is read as before: %s", async (text) => {
    await writeFile(join(folder, "q.json"), text);
    expect(await read("q.json")).toMatchObject({ kind: "understood" });
  });
});

it("any error of a built-in parser concerns its file alone", async () => {
  const [format] = ALL_FORMATS;
  if (format === undefined) {
    throw new Error("no formats");
  }
  const gunzip = (): Promise<never> => Promise.reject(new RangeError("Invalid array length"));
  const csvGz = ALL_FORMATS.find(({ name }) => name === "csv.gz") ?? format;
  const source = { relPath: "a.q.csv.gz", artifact: "q", gunzip };
  expect(await parseSidecar(csvGz, new Uint8Array(9), source)).toMatchObject({
    kind: "opaque",
    reason: "it could not be parsed: RangeError: Invalid array length",
  });
});
