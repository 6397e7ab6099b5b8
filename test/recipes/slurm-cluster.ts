// Starts Slurm on this machine, a controller and a daemon, from the packages of Debian. Nothing is installed.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const CACHE = resolve(import.meta.dirname, "../../.cache");
const PACKAGES = ["slurm-wlm", "munge"];
const LIBRARIES = "usr/lib/x86_64-linux-gnu";

export interface SlurmCluster {
  /** With Slurm's commands on the path. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** @throws {Error} with the reason where Slurm cannot start */
export async function startSlurm(): Promise<SlurmCluster> {
  if (process.getuid?.() !== 0) {
    throw new Error("Slurm starts only as root");
  }
  const home = await unpackedSlurm();
  const folder = await mkdtemp(join(tmpdir(), "kym-slurm-"));
  const libraries = join(home, LIBRARIES);
  const conf = join(folder, "slurm.conf");
  await writeFile(conf, await configuration(folder, join(libraries, "slurm-wlm")));
  await Promise.all(["state", "spool"].map((name) => mkdir(join(folder, name))));
  const env = {
    ...process.env,
    SLURM_CONF: conf,
    LD_LIBRARY_PATH: `${libraries}:${join(libraries, "slurm-wlm")}`,
    PATH: `${join(home, "usr/bin")}:${process.env["PATH"] ?? ""}`,
  };
  const start = (name: string, ...more: readonly string[]): ChildProcess =>
    spawn(join(home, "usr/sbin", name), ["-D", "-f", conf, ...more], { env, stdio: "ignore" });
  const daemons = [start("slurmctld-wlm"), start("slurmd-wlm", "-d", join(home, "usr/sbin/slurmstepd-wlm"))];
  const errors: string[] = [];
  for (const daemon of daemons) {
    daemon.on("error", ({ message }) => errors.push(message));
  }
  const stop = async (): Promise<void> => {
    const ended = daemons.map(
      (daemon) =>
        new Promise<void>((done) => {
          if (daemon.exitCode !== null || daemon.signalCode !== null || daemon.pid === undefined) {
            done();
          } else {
            daemon.on("close", () => done());
            daemon.kill("SIGTERM");
          }
        }),
    );
    await Promise.all(ended);
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 60; attempt++) {
    const state = await run("sinfo", ["--noheader", "--format=%t"], { env }).then(
      ({ stdout }) => stdout.trim(),
      () => "",
    );
    if (state === "idle") {
      return { env, stop };
    }
    if (errors.length > 0 || daemons.some(({ exitCode }) => exitCode !== null)) {
      break;
    }
    await new Promise((done) => setTimeout(done, 250));
  }
  await stop();
  throw new Error(`the controller and the daemon of Slurm did not come up ${errors.join(", ")}`.trimEnd());
}

/** Waits until no job is left. A job whose dependency failed is cancelled by Slurm itself. */
export async function whenJobsAreDone({ env }: SlurmCluster): Promise<void> {
  for (;;) {
    const { stdout } = await run("squeue", ["--noheader"], { env });
    if (stdout.trim() === "") {
      return;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** Fetches the packages by apt, and unpacks them below the cache. */
async function unpackedSlurm(): Promise<string> {
  const home = join(CACHE, "slurm");
  if (existsSync(home)) {
    return home;
  }
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(`${home}-`);
  try {
    const install = ["install", "--yes", "--no-install-recommends", "--download-only", "--reinstall"];
    const cache = ["-o", `Dir::Cache::archives=${folder}/debs`];
    await mkdir(join(folder, "debs/partial"), { recursive: true });
    await run("apt-get", [...install, ...cache, ...PACKAGES]).catch(async () => {
      await run("apt-get", ["update"]);
      await run("apt-get", [...install, ...cache, ...PACKAGES]);
    });
    for (const name of await readdir(join(folder, "debs"))) {
      if (name.endsWith(".deb")) {
        await run("dpkg", ["--extract", join(folder, "debs", name), join(folder, "root")]);
      }
    }
    await rename(join(folder, "root"), home).catch((error: unknown) => {
      if (!existsSync(home)) {
        throw error;
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return home;
}

/** One machine, which trusts itself. */
async function configuration(folder: string, plugins: string): Promise<string> {
  const [controller, daemon] = await freePorts();
  const host = hostname().split(".")[0] ?? "";
  return `${[
    "ClusterName=one",
    `SlurmctldHost=${host}(127.0.0.1)`,
    "SlurmUser=root",
    "SlurmdUser=root",
    "AuthType=auth/none",
    "CredType=cred/none",
    `PluginDir=${plugins}`,
    `SlurmctldPort=${controller}`,
    `SlurmdPort=${daemon}`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/slurmd.log`,
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_Core",
    "MpiDefault=none",
    "SwitchType=switch/none",
    "JobAcctGatherType=jobacct_gather/none",
    "AccountingStorageType=accounting_storage/none",
    "ReturnToService=2",
    "SchedulerParameters=sched_interval=1,batch_sched_delay=0",
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
    "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
  ].join("\n")}\n`;
}

/** Two ports that nobody listens on, held until both are known. */
async function freePorts(): Promise<readonly number[]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((done, fail) => {
          server.on("error", fail).listen(0, "127.0.0.1", () => {
            const address = server.address();
            done(typeof address === "object" && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
