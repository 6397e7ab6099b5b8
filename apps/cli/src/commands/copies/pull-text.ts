// Says what a pull did, for people and for `--json`.

import type { PullConflict, PulledImage, PullReport } from "@kym/kym-dataset/copies";
import { wordsOfField } from "@kym/kym-schema/merge";
import type { ImageNames } from "../../study/image-names.ts";
import { counted, printable } from "../../terminal/text-table.ts";

/** As many images as are named without `-v`. */
const MOST_NAMED = 20;
/** As many fields and files as are named of one image without `-v`. */
const MOST_TAKEN = 6;

export function hasConflicts({ images, tables }: PullReport): boolean {
  return (
    tables.conflicts.length > 0 ||
    images.some(({ conflicts, openThere }) => conflicts.length > 0 || openThere.length > 0)
  );
}

/** The lines for people: the counts, then the images with what came, then the conflicts. */
export function pullText(
  report: PullReport,
  other: string,
  names: ImageNames,
  { dryRun, verbose }: { readonly dryRun: boolean; readonly verbose: boolean },
): readonly string[] {
  const { images, tables, persons, taken, hasNews } = report;
  if (images.length === 0 && tables.taken.length === 0 && tables.conflicts.length === 0) {
    const why = hasNews ? "has nothing that is not here" : "has done nothing new";
    return [`nothing to pull: ${printable(other)} ${why}`];
  }
  const by = persons.length === 0 ? "" : `, work of ${persons.map(printable).join(", ")}`;
  const lines = images
    .map((image) => ({ name: printable(names.of(image.imageId)), image }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const changes = lines.filter(({ image }) => image.conflicts.length === 0 || image.taken.length > 0);
  const shown = verbose ? changes : changes.slice(0, MOST_NAMED);
  const more = changes.length - shown.length;
  return [
    `${dryRun ? "would pull" : "pulled"} version ${taken.version} of ${printable(other)}${by}: ${countsOf(images)}`,
    ...shown.map(({ name, image }) => `${name}: ${changeWords(image, verbose)}`),
    ...(more > 0 ? [`and ${counted(more, "more image")}; -v lists them`] : []),
    ...tables.taken.map((name) => `table ${printable(name)}: as in the other copy`),
    ...lines.flatMap(({ name, image }) => [
      ...image.conflicts.map((conflict) => `conflict: ${name}: ${conflictWords(conflict, image)}`),
      ...(image.openThere.length === 0
        ? []
        : [
            `open conflict: ${name}: ${image.openThere.map((each) => printable(wordsOfField(each))).join(", ")}: as the other copy had it, and not settled there`,
          ]),
    ]),
    ...tables.conflicts.map(
      (name) => `conflict: table ${printable(name)}: both copies changed it; it stays as it is here`,
    ),
  ];
}

const OUTCOMES: Readonly<Record<PulledImage["outcome"], string>> = {
  new: "new",
  changed: "changed",
  deleted: "deleted",
  gone: "still deleted",
  kept: "kept",
  replaced: "as in the other copy, with its pixels",
  left: "left out",
};

function countsOf(images: readonly PulledImage[]): string {
  const counts = Object.entries(OUTCOMES).flatMap(([outcome, word]) => {
    const count = images.filter((image) => image.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const conflicts = images.filter((image) => image.conflicts.length > 0).length;
  return [...counts, ...(conflicts === 0 ? [] : [`${conflicts} in conflict`])].join(", ");
}

function changeWords({ outcome, taken, openThere }: PulledImage, verbose: boolean): string {
  if (outcome !== "changed") {
    return OUTCOMES[outcome];
  }
  const words = taken.map((name) => printable(wordsOfField(name.replace(/^analysis\//, ""))));
  const shown = verbose ? words : words.slice(0, MOST_TAKEN);
  const more = words.length - shown.length;
  const what = openThere.length > 0 ? "open conflicts" : "what was open is settled";
  const open = words.length === 0 ? `${what} as in the other copy` : "";
  return `${shown.join(", ")}${open}${more > 0 ? ` and ${more} more` : ""}`;
}

function conflictWords({ key, fields, attachments, reason }: PullConflict, { outcome }: PulledImage): string {
  if (key === "") {
    const now = { left: "it is left out", gone: "it stays deleted" };
    const place = attachments.length === 0 ? "" : `; what came is in ${attachments.join(", ")}`;
    return `${reason}; ${outcome === "left" || outcome === "gone" ? now[outcome] : "it stays"}${printable(place)}`;
  }
  const what = fields === undefined ? key : fields.map(wordsOfField).join(", ");
  const place = attachments.length === 0 ? "" : `; what came is in ${attachments.join(", ")}`;
  return `${printable(what)}: ${reason}, and it stays as it is here${printable(place)}`;
}

export function pullData(report: PullReport, dryRun: boolean): object {
  const { from, taken, base, hasNews, images, tables, sources, persons, versions } = report;
  return {
    ...(dryRun && { dryRun: true }),
    from,
    taken: pointData(taken),
    base: { of: base.of, ...pointData(base.point) },
    has_news: hasNews,
    persons,
    images: images.map(({ imageId, outcome, taken: fields, conflicts, openThere, persons: by }) => ({
      image_id: imageId,
      outcome,
      taken: fields,
      conflicts: conflicts.map((conflict) => ({ ...conflict, fields: conflict.fields ?? null })),
      open_there: openThere,
      persons: by,
    })),
    tables,
    sources,
    versions,
  };
}

function pointData({ version, recordSha256 }: PullReport["taken"]): object {
  return { version, record_sha256: recordSha256 };
}
