// SQL for what labs ask of their scans, for `kym query --examples`.

/** A question in words, and the SQL that answers it. */
export interface Recipe {
  readonly question: string;
  readonly sql: string;
}

/** Each runs on any dataset that is indexed. */
export const RECIPES: readonly Recipe[] = [
  {
    question: "How many scans are there for each condition and day?",
    sql: `select condition, acquired_local::date as day, count(*) as scans
from images group by all order by all`,
  },
  {
    question: "Which scans have no ROI?",
    sql: `select rel_path, condition, note from images
where n_rois = 0 order by 1`,
  },
  {
    question: "Which scans have rows that kym index would update?",
    sql: `select rel_path, stale_tables, analysis_state from images
where stale_tables <> '' order by 1`,
  },
  {
    question: "Which scans were never analysed?",
    sql: `select rel_path, n_rois from images
where staleness_kym_radon = 'not_analysed' order by 1`,
  },
  {
    question: "How many scans are calibrated, and by what?",
    sql: `select calibration_source, count(*) as scans,
  min(um_per_px) as min_um_per_px, max(um_per_px) as max_um_per_px
from images group by 1 order by 1`,
  },
  {
    question: "What is the mean speed ± SEM of each condition and ROI?",
    sql: `select condition, roi_id, avg(abs(vel_mean)) as mean_mm_s,
  stddev(abs(vel_mean)) / sqrt(count(*)) as sem_mm_s, count(*) as n
from kym_radon where accepted and isfinite(vel_mean)
group by 1, 2 order by 1, 2`,
  },
  {
    question: "The same with n as the number of scans, not of ROIs",
    sql: `with scans as (
  select any_value(condition) as condition, avg(abs(vel_mean)) as mm_s
  from kym_radon where accepted and isfinite(vel_mean)
  group by image_id)
select condition, avg(mm_s) as mean_mm_s,
  stddev(mm_s) / sqrt(count(*)) as sem_mm_s, count(*) as n
from scans group by 1 order by 1`,
  },
  {
    question: "How fast is it on each day?",
    sql: `select acquired_local::date as day,
  median(abs(vel_mean)) as median_mm_s, count(*) as rois
from kym_radon join images using (image_id) group by 1 order by 1`,
  },
  {
    question: "Which events last longer than 0.5 s?",
    sql: `select rel_path, roi_id, event_type, t_start_s, duration_s, condition
from kym_velocity_events where duration_s > 0.5
order by duration_s desc`,
  },
  {
    question: "How many events does a scan of each condition have?",
    sql: `select images.condition, count(event_id) as events,
  count(distinct image_id) as scans,
  count(event_id) / count(distinct image_id) as events_per_scan
from images left join kym_velocity_events using (image_id)
where images.accepted
  and staleness_kym_velocity_events <> 'not_analysed'
group by 1 order by 1`,
  },
  {
    question: "Which scans are the same file twice?",
    sql: `select list(rel_path order by rel_path) as files from images
group by source_sha256 having count(*) > 1`,
  },
  {
    question: "Which scans did somebody reject, and why?",
    sql: `select rel_path, note from images
where not accepted order by 1`,
  },
  {
    question: "Which columns does a table have, and in which units?",
    sql: "describe kym_radon",
  },
];

/** The recipes as commands to type. */
export function recipesText(command: string, path: string): string {
  const lines = (sql: string): string =>
    sql.includes("\n") ? `\n    ${sql.replaceAll("\n", "\n    ")}` : sql;
  return RECIPES.map(
    ({ question, sql }) => `${question}\n\n  ${command} query ${path} "${lines(sql)}"\n`,
  ).join("\n");
}
