/** Where the README says how many tests there are. */
const STATED = /(<!-- test-count -->)(\d+)/;
/** The closing line of the run that the README shows. */
const SHOWN = /^(\d+) passed, 0 failed$/m;

/** The README with the number of tests put right, in the sentence and in the run that it shows. */
export function withTestCount(readme: string, count: number): string {
  if (!STATED.test(readme) || !SHOWN.test(readme)) {
    throw new Error("README.md has no <!-- test-count --> with a number, or shows no closing line");
  }
  return readme.replace(STATED, `$1${count}`).replace(SHOWN, `${count} passed, 0 failed`);
}
