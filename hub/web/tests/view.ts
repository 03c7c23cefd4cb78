import assert from "node:assert/strict";
import { test } from "node:test";
import { START, basisQuery, isToday, ogcBasisQuery, readView, sequenceOf, writeView } from "../src/view.ts";

test("an address gives back the view it was written from", () => {
  const view = {
    ...START,
    lang: "en" as const,
    validAt: "2023-09-30",
    asOf: "seq:1204",
    indicator: "need_income" as const,
    unit: "share" as const,
    area: "320101",
    household: "a2b249ab-4712-4faa-bead-3bed00fdfeae",
    list: "findings" as const,
    camera: { zoom: 11.5, lon: 103.5, lat: 14.9 },
  };
  const address = writeView(view);
  assert.match(address, /^\/\?valid_at=2023-09-30&as_of=seq:1204&ind=need_income&unit=share&area=320101&/);
  assert.deepEqual(readView(address.slice(1)), view);
  assert.equal(writeView(START), "/");
  assert.deepEqual(readView(""), START);
});

test("an address that is mangled opens what can be read of it", () => {
  const view = readView(
    "?valid_at=2023-02-30&as_of=seq:-1&ind=nothing&area=32x1&household=1&list=everything&map=9,200,14&lang=fr",
  );
  assert.deepEqual(view, START);
});

test("instants keep their zone and their plus sign", () => {
  const view = { ...START, validAt: "2026-11-24T18:53:10.703584+07:00" };
  assert.equal(readView(writeView(view).slice(1)).validAt, view.validAt);
  assert.equal(readView("?valid_at=2023-09-30T10:00:00").validAt, null);
});

test("the two axes have their names on /v1 and on /ogc", () => {
  const view = { ...START, validAt: "2023-09-30", asOf: "seq:5" };
  assert.deepEqual(basisQuery(view), { valid_at: "2023-09-30", as_of: "seq:5" });
  assert.deepEqual(ogcBasisQuery(view), { datetime: "2023-09-30", as_of: "seq:5" });
  assert.deepEqual(basisQuery(START), {});
});

test("only a view without another day is today's", () => {
  assert.ok(isToday(START, "2026-11-24"));
  assert.ok(isToday({ ...START, validAt: "2026-11-24" }, "2026-11-24"));
  assert.ok(!isToday({ ...START, asOf: "seq:5" }, "2026-11-24"));
  assert.equal(sequenceOf("seq:0"), 0);
  assert.equal(sequenceOf("2023-09-30"), null);
});
