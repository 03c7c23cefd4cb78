import assert from "node:assert/strict";
import { test } from "node:test";
import { breaksOf, classOf, valueOf } from "../src/indicators.ts";
import type { AreaNumbers } from "../src/shapes.ts";

const area: AreaNumbers = {
  code: "3201",
  level: "amphoe",
  name_th: "เมืองสุรินทร์",
  name_en: "Mueang Surin",
  households: 200,
  persons: 640,
  records: 300,
  in_more_than_one: 50,
  needs: { health: 20, living: null },
  assisted_households: 150,
  actions: 400,
  amount_thb: 300_000,
};

test("a value is a count or its relation to the households", () => {
  assert.equal(valueOf("overlap", "count", area), 50);
  assert.equal(valueOf("overlap", "share", area), 0.25);
  assert.equal(valueOf("amount", "share", area), 1500);
  assert.equal(valueOf("not_assisted", "count", area), 50);
  assert.equal(valueOf("households", "share", area), 200);
});

test("hidden, unknown and zero are three things", () => {
  assert.equal(valueOf("need_living", "count", area), "suppressed");
  assert.equal(valueOf("need_income", "count", area), "none");
  assert.equal(valueOf("need_health", "count", { ...area, needs: { health: 0 } }), 0);
  assert.equal(valueOf("households", "count", { ...area, records: 0, households: 0 }), "none");
  assert.equal(valueOf("not_assisted", "count", { ...area, assisted_households: null }), "suppressed");
  assert.equal(valueOf("households", "count", undefined), "none");
});

test("classes hold about equally many areas and cover every value", () => {
  const values = Array.from({ length: 17 }, (_, index) => 85 + index * 31);
  const breaks = breaksOf(values);
  assert.equal(breaks.length, 4);
  const sizes = [0, 0, 0, 0, 0];
  for (const value of values) sizes[classOf(value, breaks)]! += 1;
  assert.ok(
    sizes.every((size) => size >= 2 && size <= 5),
    String(sizes),
  );
});

test("equal values make one class, few values make few", () => {
  assert.deepEqual(breaksOf([7, 7, 7]), []);
  assert.deepEqual(breaksOf([]), []);
  assert.deepEqual(breaksOf([0, 0, 0, 0, 12]), [12]);
  assert.equal(classOf(12, [12]), 1);
  assert.deepEqual(breaksOf([1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 7]), [2, 3, 4, 7]);
});
