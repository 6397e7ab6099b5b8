// Where the README says how many tests there are.
const STATED = /(<!-- test-count -->)(\d+)/;

/** The README with the number of tests put right. Throws if it states none. */
export function withTestCount(readme: string, count: number): string {
  if (!STATED.test(readme)) {
    throw new Error("README.md has no <!-- test-count --> with a number");
  }
  return readme.replace(STATED, `$1${count}`);
}
