// Keeps a dataset sound: checks it against its log, repairs it, adopts files, and removes leftovers.

import type { Commit } from "../../commit/commit.ts";
import type { TransactionOptions } from "../../commit/commit-engine.ts";
import type { ContentRules } from "../../commit/content-rules.ts";
import { type AdoptOptions, type AdoptReport, adoptFiles } from "../../commit/maintain/adopt.ts";
import { checkStore } from "../../commit/maintain/check.ts";
import type { CheckOptions, CheckReport } from "../../commit/maintain/check-report.ts";
import { collectGarbage, type GcOptions, type GcReport } from "../../commit/maintain/gc.ts";
import {
  type RepairAction,
  type RepairOptions,
  type RepairReport,
  repairStore,
} from "../../commit/maintain/repair.ts";
import { commitKey } from "../../commit/records/control-keys.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import { ZarrStoreError } from "../../errors.ts";
import { parseTableName } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { assertWritable, type DatasetParts } from "../dataset-parts.ts";
import { ROOT_NODE, tablePath } from "../layout.ts";
import { rootAttributes } from "../nodes/root-attributes.ts";
import { ZarrImageRecord } from "../record/zarr-image-record.ts";
import type { ObjectSession } from "../session/object-session.ts";
import { SOURCES_TABLE } from "../tables/sources-table.ts";
import { upgradeDataset } from "../upgrade-dataset.ts";
import { adoptionOf } from "./adoption.ts";
import { contentRulesWith } from "./dataset-content-rules.ts";
import {
  findOutsideChanges,
  NOTHING_SEEN,
  type OutsideLook,
  type OutsideOptions,
} from "./outside-changes.ts";
import { putEmptyDataset } from "./put-empty-dataset.ts";
import { recallFrom } from "./recall-from.ts";

/** Runs a function in a transaction and commits what it stages. */
type Commits = (
  fn: (transaction: Transaction) => Promise<void>,
  options: TransactionOptions,
) => Promise<Commit>;

/** Checks, repairs, adopts and garbage-collects one dataset. */
export class DatasetUpkeep {
  readonly #parts: DatasetParts;
  readonly #session: ObjectSession;
  readonly #commit: Commits;
  readonly #healSources: (options: ReadOptions) => Promise<boolean>;

  constructor(
    parts: DatasetParts,
    session: ObjectSession,
    commit: Commits,
    healSources: (options: ReadOptions) => Promise<boolean>,
  ) {
    this.#parts = parts;
    this.#session = session;
    this.#commit = commit;
    this.#healSources = healSources;
  }

  /**
   * Compares every file with the log. Never writes. See {@link CheckReport}.
   *
   * @throws {ZarrStoreError} `not_supported` for a dataset without a log
   */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    const { session, store } = this.#parts;
    if (session !== undefined) {
      throw new ZarrStoreError("not_supported", `${store.location} has no commit log to check it against`);
    }
    return checkStore({ ...this.#parts, rules: this.#rules, reportsUnreadable: true }, options);
  }

  /**
   * Finishes the commits that a crash or a power cut left half done. With `claim`, first records how versions are claimed
   * where the dataset lies now. Makes the ledger of ingested files again if it is missing or damaged and the dataset was opened with
   * `sourcesAnew`.
   *
   * @throws {ZarrStoreError} `read_only`, `not_supported` where no claim is safe, `conflict`, `io`
   */
  async repair(options: RepairOptions = {}): Promise<RepairReport> {
    assertWritable(this.#parts);
    const { engine } = this.#parts;
    const recorded = options.claim === true ? await this.#recordClaim(options) : [];
    const report = await repairStore(engine, this.#rules, options);
    await engine.log.refresh();
    const made = await this.#makeSourcesAgain(report, options);
    return {
      ...report,
      problems: report.problems.filter(({ path }) => !made.some((action) => action.path === path)),
      actions: [...recorded, ...report.actions, ...made],
    };
  }

  /** A ledger that somebody edited is not lost: it can be adopted. */
  async #makeSourcesAgain(
    { problems }: Pick<RepairReport, "problems">,
    options: ReadOptions,
  ): Promise<readonly RepairAction[]> {
    const { engine, store } = this.#parts;
    const path = tablePath(parseTableName(SOURCES_TABLE));
    const isBroken = problems.some(({ kind, remedy }) => kind === "log" && remedy !== "repair");
    if (isBroken || this.#session.sourcesAnew === undefined || engine.log.head.object(path) === undefined) {
      return [];
    }
    const bytes = await store.get(path, options);
    const isEdited = bytes !== undefined && (await this.#rules.fault(path, bytes)) === undefined;
    return !isEdited && (await this.#healSources(options)) ? [{ kind: "made_again", path }] : [];
  }

  /** A dataset of version 2 records nothing: its upgrade will. */
  async #recordClaim(options: ReadOptions): Promise<readonly RepairAction[]> {
    const commit = await this.#parts.engine.recordClaim(options);
    return commit === undefined ? [] : [{ kind: "recorded_claim", path: commitKey(commit.version) }];
  }

  /**
   * Looks for artifacts of images that another program changed, added or removed, and that are not adopted. A dataset without a log
   * has none.
   *
   * @throws {ZarrStoreError} `integrity` for a damaged log, `aborted`, `io`
   */
  async lookOutside(options: OutsideOptions = {}): Promise<OutsideLook> {
    const { session, engine, store, runtime } = this.#parts;
    const { log, reader } = engine;
    return session === undefined
      ? findOutsideChanges({ store, runtime, log, reader }, options)
      : NOTHING_SEEN;
  }

  /**
   * Makes the dataset if it is not there yet, in a commit of its own. Writers that begin together then share it, and none has to run
   * its first transaction again.
   *
   * @throws {ZarrStoreError} `read_only`, `conflict`, `io`
   */
  async create({ signal }: ReadOptions = {}): Promise<void> {
    const { engine, runtime } = this.#parts;
    await engine.log.refresh();
    if (engine.log.head.object(ROOT_NODE) === undefined) {
      await this.#commit(async (transaction) => putEmptyDataset(transaction, runtime), {
        message: "new dataset",
        signal,
      });
    }
  }

  /** Commits files that other programs wrote. @throws {ZarrStoreError} `not_found`, `modified_outside`, `conflict` */
  async adopt(options: AdoptOptions = {}): Promise<AdoptReport> {
    const { log } = this.#parts.engine;
    const { store, runtime, engine } = this.#parts;
    const rules = adoptionOf(this.#session, recallFrom(store, runtime), log);
    return adoptFiles({ ...this.#parts, ...rules, log, engine, transact: this.#commit }, options);
  }

  /**
   * Removes what dead writers left in staging, and what nothing names in the history; with `historyOlderThanMs`, also what
   * commits replaced before. By default it only reports what it would remove. As it commits a record first, it upgrades a dataset
   * of version 2 like any other write.
   *
   * @throws {ZarrStoreError} `read_only`, `invalid_argument`, `conflict`
   */
  async gc(options: GcOptions = {}): Promise<GcReport> {
    assertWritable(this.#parts);
    return collectGarbage(this.#parts.engine, options, this.#rules, () => upgradeDataset(this.#parts));
  }

  get #rules(): ContentRules {
    const { keepsHistory, store, runtime } = this.#parts;
    return contentRulesWith(keepsHistory, recallFrom(store, runtime));
  }

  /** Checks the metadata of the root and of every image. @throws {ZarrStoreError} `invalid_metadata` */
  async validate(options: ReadOptions = {}): Promise<void> {
    const root = await this.#session.read(ROOT_NODE, options);
    if (root !== undefined) {
      rootAttributes(root, this.#parts.store.location);
    }
    for (const id of await this.#session.imageIds()) {
      await this.validateImage(id, options);
    }
  }

  /**
   * Checks the metadata of one image.
   *
   * @throws {ZarrStoreError} `not_found`; `invalid_metadata` if it does not parse, or if the axes do not fit the
   * array
   */
  async validateImage(id: string, options: ReadOptions = {}): Promise<void> {
    const record = new ZarrImageRecord(this.#session, id);
    await record.attributes(options);
    const { shape } = await record.pixels.open(options);
    const axes = await record.pixels.axes(options);
    if (axes?.length !== shape.length) {
      throw new ZarrStoreError(
        "invalid_metadata",
        `image ${id} has ${shape.length} axes but ${axes?.length ?? 0} names`,
        { path: id, expected: shape.length, found: axes },
      );
    }
  }
}
