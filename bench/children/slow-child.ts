// Runs one task of `bench slow` in a process of its own, whose calls are slow.

import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { openLocalDataset } from "@kym/zarr-store/node";

const [task = "", place = "", study = ""] = process.argv.slice(2);
const path = join(place, "study.zarr");
switch (task) {
  case "open": {
    await using dataset = await openLocalDataset(path, { mode: "r" });
    if (dataset.version === 0) {
      throw new Error("nothing was committed");
    }
    break;
  }
  case "save": {
    await using dataset = await openLocalDataset(path);
    await dataset.record("image-00000").saveJson("velocity/params", { window: 16 });
    break;
  }
  case "ingest": {
    await using dataset = await openLocalDataset(join(place, "new.zarr"));
    await ingestLegacyFolder(dataset, study, { compression: "none" });
    break;
  }
  default: {
    const target = join(place, "copy");
    mkdirSync(target);
    for (const name of readdirSync(study)) {
      const file = openSync(join(target, name), "wx");
      writeSync(file, readFileSync(join(study, name)));
      fsyncSync(file);
      closeSync(file);
    }
  }
}
