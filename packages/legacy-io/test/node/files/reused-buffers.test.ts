import { expect, test } from "vitest";
import { ReusedBuffers } from "../../../src/node/files/reused-buffers.ts";

const MIB = 2 ** 20;

test("memory that was given back is the next one's, of its own length", () => {
  const buffers = new ReusedBuffers();
  const first = buffers.take(100);
  buffers.give(first);
  const second = buffers.take(70);
  expect([second.buffer === first.buffer, second.length]).toEqual([true, 70]);
});

test("memory in use is nobody else's", () => {
  const buffers = new ReusedBuffers();
  const [a, b] = [buffers.take(10), buffers.take(10)];
  expect(a.buffer).not.toBe(b.buffer);
  buffers.give(a);
  buffers.give(b);
  expect(new Set([buffers.take(10).buffer, buffers.take(10).buffer])).toEqual(new Set([a.buffer, b.buffer]));
});

test("what is too small is replaced, and what is very large is not kept", () => {
  const buffers = new ReusedBuffers();
  const small = buffers.take(10);
  buffers.give(small);
  const large = buffers.take(17 * MIB);
  expect(large.length).toBe(17 * MIB);
  buffers.give(large);
  expect(buffers.take(10).buffer).not.toBe(small.buffer);
  expect(buffers.take(17 * MIB).buffer).not.toBe(large.buffer);
});
