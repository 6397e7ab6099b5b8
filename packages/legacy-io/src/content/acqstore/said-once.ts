// What the report of a run says once, however many files it is about.

/** Why the velocities of a dataset are not those of acqstore's tables. */
export const RECIPROCAL =
  "acqstore's tables hold the reciprocal of a velocity: velocity_mm_s was computed anew from theta_deg, and acqstore's number is kept as acqstore_velocity_um_s";

/** Keeps the first of the notes that say the same of every file of acqstore's. */
export function saidOnce<Note extends { readonly reason?: string | undefined }>(
  notes: readonly Note[],
): readonly Note[] {
  const first = notes.findIndex(({ reason }) => reason === RECIPROCAL);
  return notes.filter(({ reason }, at) => reason !== RECIPROCAL || at === first);
}
