import { expect, test } from "vitest";
import { isZarrStoreError, ZarrStoreError } from "../../src/errors.ts";
import { isTypedError, TypedError, throwIfAborted } from "../../src/runtime/index.ts";

class LabError extends TypedError<"aborted" | "io", { readonly path?: string; readonly cause?: unknown }> {
  override readonly name = "LabError";
}

test("a signal that is not aborted, or not there, throws nothing", () => {
  expect(() => throwIfAborted(undefined)).not.toThrow();
  expect(() => throwIfAborted(new AbortController().signal)).not.toThrow();
});

test("an aborted signal throws the store's error, or one of the class that is given, with its reason as the cause", () => {
  const cause = new Error("the user left");
  const signal = AbortSignal.abort(cause);
  const caught = [undefined, LabError].map((errorClass): unknown => {
    try {
      return throwIfAborted(signal, errorClass);
    } catch (error) {
      return error;
    }
  });
  expect(caught).toMatchObject([
    { name: "ZarrStoreError", code: "aborted", cause, details: { cause } },
    { name: "LabError", code: "aborted", cause, details: { cause } },
  ]);
  expect(caught.map((error) => isZarrStoreError(error, "aborted"))).toEqual([true, false]);
});

test("an error is known by the name of its class and its code, whichever copy or realm it is of", () => {
  const foreign = Object.assign(new Error("x"), { name: "LabError", code: "io" });
  for (const error of [new LabError("io", "x", { path: "a" }), foreign]) {
    expect(isTypedError(error, "LabError", [])).toBe(true);
    expect(isTypedError(error, "LabError", ["aborted", "io"])).toBe(true);
    expect(isTypedError(error, "LabError", ["aborted"])).toBe(false);
    expect(isTypedError(error, "ZarrStoreError", [])).toBe(false);
  }
  for (const other of [
    undefined,
    "LabError",
    { name: "LabError", code: "io" },
    new ZarrStoreError("io", "x"),
  ]) {
    expect(isTypedError(other, "LabError", [])).toBe(false);
  }
});

test("an error without a cause has none, and its text is that of its class", () => {
  const error = new LabError("io", "the disk is full", {});
  expect("cause" in error).toBe(false);
  expect(String(error)).toBe("LabError: the disk is full");
});
