
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localStore } from "/work/main/packages/zarr-store/src/node/local-store.ts";
import { auditStore } from "/work/main/packages/zarr-store/test/commit/audit.ts";
import { runWorker } from "/work/main/packages/zarr-store/test/commit/run-worker.ts";
import { CommitEngine } from "/work/main/packages/zarr-store/src/commit/commit-engine.ts";
import { nodeRuntime } from "/work/main/packages/zarr-store/src/node/node-runtime.ts";
const [mode, workers, commits, kill, stop, locked] = process.argv.slice(2);
const root = await mkdtemp(join(process.env.STRESS_DIR ?? tmpdir(), "kym-stress-"));
let acked = 0, kills = 0; const ack = new Map();
const started = performance.now();
let reads = 0, badReads: string[] = [], aside = 0, staging = 0, done = false, roundsMax = 0;
const L = { debug(){}, info(){}, warn(){}, error(){} };
const reading = (async () => {
  while (!done) {
    const e = new CommitEngine(localStore(root), { runtime: nodeRuntime(), logger: L });
    await e.open();
    for (let i = 0; i < 200 && !done; i++) {
      await e.log.refresh();
      for (const g of [...e.log.head.groups()]) for (const p of [...e.log.head.objectsOf(g).keys()].slice(-20)) {
        try { await e.reader.read(p); reads++; } catch (err) { badReads.push(String(err)); }
      }
      await new Promise((r) => setTimeout(r, 1));
    }
    aside += e.reader.counts.fromAside; staging += e.reader.counts.fromStaging; roundsMax = Math.max(roundsMax, e.reader.counts.roundsMax);
  }
})();
await Promise.all(Array.from({ length: Number(workers) }, async (_, worker) => {
  let left = Number(commits), gen = 0;
  while (left > 0) {
    const r = await runWorker({ root, worker: worker * 1000 + gen++, commits: left, mode: mode as never, isLockDisabled: locked !== "lock", chance: { kill: Number(kill), stop: Number(stop) } });
    for (const a of r.acknowledged) { if (ack.has(a.version)) console.log("DOUBLE", a.version); ack.set(a.version, `${mode} ${worker * 1000 + gen - 1}/${a.commit}`); }
    left -= r.acknowledged.length;
    if (r.signal === "SIGKILL") { kills++; left -= 1; } else { if (r.stderr) console.log(r.stderr.slice(0, 2000)); break; }
  }
}));
done = true; await reading;
const e = new CommitEngine(localStore(root), { runtime: nodeRuntime(), logger: L });
await e.open();
await e.transact(async (t) => { await t.put("tables/settled" as never, new Uint8Array(3)); });
const a = await auditStore(localStore(root));
const missing = [...ack].filter(([v, m]) => a.records[v - 1]?.message !== m);
console.log(mode, { workers, commits, kill, stop, locked, version: a.version, acked: ack.size, kills, problems: a.problems.slice(0, 5), nproblems: a.problems.length, foreign: Object.keys(a.foreign).slice(0, 3), missing: missing.length, reads, staging, aside, roundsMax, badReads: badReads.slice(0, 3), nbad: badReads.length, ms: Math.round(performance.now() - started) });
if (mode === "merge") { const lines = a.objects["tables/lines"]?.trimEnd().split("\n") ?? []; console.log("lines", lines.length, new Set(lines).size, "count", a.objects["tables/count"]); }
if (a.problems.length === 0 && missing.length === 0) await rm(root, { recursive: true }); else console.log("kept", root);
