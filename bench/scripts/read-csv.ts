// Measures reading and writing a table as CSV beside pandas, udsv and a plain read, in the same run, round by
// round.

/**
 * Values are compared before they are timed. The goals: reading at least 1.9 times as fast as pandas, writing
 * at least 4 times.
 *
 *     npx -y pnpm@12 bench:csv [rounds]
 *     npx -y pnpm@12 bench:csv --against COMMIT [--rounds N]
 */
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CsvTable, readCsv, tableFromColumns, writeCsv } from "@kym/zarr-store/table";
import { inferSchema, initParser } from "udsv";
import { findSharedData } from "../../test/support/find-shared-data.ts";
import { compareBuilds } from "../against/compare-builds.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { CSV_TABLE } from "../measures/csv.ts";
import { comparePython, type PythonPeer, startPython } from "../peers/python-peer.ts";
import { type PairedTimes, pairedRounds } from "../rounds/paired-rounds.ts";

const { against, positionals, rounds: askedRounds } = readBenchArguments();
const rounds = askedRounds ?? Number(positionals[0] ?? 25);
const MADE_ROWS = 16_000;

const folder = makeBenchFolder(against === undefined ? tmpdir() : undefined);
const pandas = against === undefined ? await startPython("pandas") : undefined;
try {
  const path = realFile() ?? madeFile();
  if (against === undefined) {
    await compareReading(path, pandas);
    await compareWriting(path, pandas);
  } else {
    await compareBuilds({
      benchmark: "csv",
      against,
      rounds,
      size: 1,
      title: "a CSV read and written",
      writeInputs: (inputs) => copyFileSync(path, join(inputs, CSV_TABLE)),
      folder,
    });
  }
} finally {
  pandas?.end();
  rmSync(folder, { recursive: true });
}

/** Returns the laboratory's own table, if it is available. */
function realFile(): string | undefined {
  const shared = findSharedData("kymographs");
  return shared === undefined ? undefined : join(shared, "flow-analysis", "Capillary1_0001_kymanalysis.csv");
}

function madeFile(): string {
  const path = join(folder, "made.csv");
  const rows = Array.from({ length: MADE_ROWS }, (_, row) => {
    const velocity = Math.sin(row / 100) * 3;
    return `1,${row * 0.0046798},${velocity},data,scan.tif,mpRadon,0.284,30000,${Math.abs(velocity)}`;
  });
  writeFileSync(
    path,
    `roi_id,time,velocity,parentFolder,file,algorithm,delx,numLines,absVelocity\n${rows.join("\n")}\n`,
  );
  return path;
}

/** Returns the digest of a table's values, column by column, computed as in `pandas_peer.py`. */
function digest({ columns }: CsvTable): string {
  const hash = createHash("sha256");
  for (const values of Object.values(columns)) {
    hash.update(ArrayBuffer.isView(values) ? values : values.map((value) => value ?? "").join("\n"));
  }
  return hash.digest("hex");
}

async function compareReading(path: string, peer: PythonPeer | undefined): Promise<void> {
  const ours = readCsv(readFileSync(path));
  const text = readFileSync(path, "utf8");
  const schema = inferSchema(text);
  const theirs = initParser(schema).typedCols(text);
  for (const [index, { name }] of ours.schema.columns.entries()) {
    for (let row = 0; row < ours.rowCount; row++) {
      const value = ours.columns[name]?.[row] ?? Number.NaN;
      const other = theirs[index]?.[row] ?? Number.NaN;
      if (!Object.is(typeof value === "bigint" ? Number(value) : value, other)) {
        throw new Error(`row ${row}: udsv reads another ${name}`);
      }
    }
  }
  const answer = await peer?.ask(["read", path]);
  if (answer !== undefined && answer.sha256 !== digest(ours)) {
    throw new Error("pandas reads other values");
  }
  console.log(
    `read: ${(readFileSync(path).length / 1e6).toFixed(2)} MB, ${ours.rowCount} rows of ${ours.schema.columns.length} columns`,
  );
  const subject = async (): Promise<unknown> => readCsv(readFileSync(path));
  report("readFileSync", await pairedRounds(rounds, subject, async () => readFileSync(path)));
  const udsv = async (): Promise<unknown> => {
    const read = readFileSync(path, "utf8");
    return initParser(inferSchema(read)).typedCols(read);
  };
  report("udsv, typed", await pairedRounds(rounds, subject, udsv));
  await comparePython(peer, rounds, subject, ["read", path]);
}

async function compareWriting(path: string, peer: PythonPeer | undefined): Promise<void> {
  const { schema, columns, rowCount } = readCsv(readFileSync(path));
  const table = tableFromColumns(schema, columns, rowCount);
  const target = join(folder, "ours.csv");
  const peerTarget = join(folder, "theirs.csv");
  const subject = async (): Promise<void> => {
    writeFileSync(target, writeCsv(table, schema));
  };
  await subject();
  const truth = digest({ schema, columns, rowCount });
  await peer?.ask(["write", path, peerTarget]);
  for (const written of peer === undefined ? [target] : [target, peerTarget]) {
    if (digest(readCsv(readFileSync(written))) !== truth) {
      throw new Error(`${written} holds other values`);
    }
  }
  console.log(`write: the same table, ${(readFileSync(target).length / 1e6).toFixed(2)} MB`);
  const bytes = readFileSync(target);
  report(
    "writeFileSync of the bytes",
    await pairedRounds(rounds, subject, async () => writeFileSync(peerTarget, bytes)),
  );
  await comparePython(peer, rounds, subject, ["write", path, peerTarget]);
}

function report(peer: string, { subjectMs, peerMs, ratio, bestRatio }: PairedTimes): void {
  console.log(
    `  ${ratio.toFixed(2)} of the time of ${peer} (best ${bestRatio.toFixed(2)}): ${subjectMs.toFixed(1)} ms, ${peerMs.toFixed(1)} ms`,
  );
}
