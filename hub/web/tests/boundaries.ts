import assert from "node:assert/strict";
import { test } from "node:test";
import { readLevel } from "../src/map/boundaries.ts";

const SQUARE = [
  [
    [0, 0],
    [4, 0],
    [4, 4],
    [0, 4],
    [0, 0],
  ],
];
/** A U: its middle lies outside. */
const U = [
  [
    [0, 0],
    [6, 0],
    [6, 6],
    [5, 6],
    [5, 1],
    [1, 1],
    [1, 6],
    [0, 6],
    [0, 0],
  ],
];

const feature = (id: string, geometry: unknown, properties: Record<string, unknown> = {}): never =>
  ({ type: "Feature", id, geometry, properties }) as never;

test("a name stands inside its polygon, also where the middle is outside", () => {
  const { areas } = readLevel(
    { features: [feature("TH3201", { type: "Polygon", coordinates: U }, { name_th: "ก" })] },
    "amphoe",
  );
  const [x, y] = areas[0]?.label ?? [0, 0];
  assert.ok((y > 0 && y < 1) || x < 1 || x > 5, `${x}, ${y}`);
});

test("the code is the property, else the feature's id without the country", () => {
  const square = { type: "MultiPolygon", coordinates: [SQUARE] };
  const { shapes, areas } = readLevel(
    {
      features: [
        feature("TH3201", square),
        feature("x", square, { code: "3202", name_th: "จ", name_en: "Jo" }),
        feature("TH3203", null),
      ],
    },
    "amphoe",
  );
  assert.deepEqual(
    shapes.map((shape) => shape.properties.code),
    ["3201", "3202"],
  );
  assert.deepEqual(areas[1]?.box, [0, 0, 4, 4]);
  assert.equal(areas[0]?.nameEn, "3201");
  assert.deepEqual(areas[1]?.label, [2, 2]);
});
