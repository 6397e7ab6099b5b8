// Why a test of groups gives no number, and the question that each test asks first.

/** No test: a number would say something that the values do not. */
export interface NoTest {
  readonly kind: "none";
  /**
   * | value | when |
   * | --- | --- |
   * | `not_finite` | a value is NaN or infinite: leave it out, and say so |
   * | `too_few_groups` | fewer than two groups |
   * | `too_few_values` | a group has fewer than two values |
   * | `all_equal` | all values are the same |
   */
  readonly because: "not_finite" | "too_few_groups" | "too_few_values" | "all_equal";
}

/** Why the groups cannot be tested; undefined if they can. */
export function whyNoTest(groups: readonly (readonly number[])[]): NoTest | undefined {
  const values = groups.flat();
  if (!values.every(Number.isFinite)) {
    return { kind: "none", because: "not_finite" };
  }
  if (groups.length < 2) {
    return { kind: "none", because: "too_few_groups" };
  }
  if (groups.some(({ length }) => length < 2)) {
    return { kind: "none", because: "too_few_values" };
  }
  return values.every((value) => value === values[0]) ? { kind: "none", because: "all_equal" } : undefined;
}
