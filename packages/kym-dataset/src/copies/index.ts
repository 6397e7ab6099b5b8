/**
 * Two copies of one dataset: adds what the other did, settles the tables that both changed, and compares two scorers.
 *
 * @module
 */

export { type Agreement, cohenKappa, type ScorePair } from "../agreement/cohen-kappa.ts";
export {
  type CompareScorersOptions,
  compareScorers,
  type EventAgreement,
  type LeftOut,
  type ScorerReport,
} from "../agreement/compare-scorers.ts";
export { type ImageConflict, loadImageConflicts } from "../pull/open/image-conflicts.ts";
export { type SettleImageOptions, settleImageConflict } from "../pull/open/settle-image-conflict.ts";
export {
  loadTableConflicts,
  settleTableConflict,
  type TableConflict,
} from "../pull/open/table-conflicts.ts";
export { type PullOptions, pullDataset } from "../pull/pull.ts";
export type { PullBase } from "../pull/pull-base.ts";
export type { PullConflict, PulledImage, PullReport } from "../pull/pull-report.ts";
