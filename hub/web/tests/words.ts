import assert from "node:assert/strict";
import { test } from "node:test";
import { INDICATORS } from "../src/indicators.ts";
import { wordsOf } from "../src/words/index.ts";

const THAI = /[\u0e00-\u0e7f]/;

function texts(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => texts(inner, `${path}.${name}`));
}

test("no word is empty, and English words are not Thai", () => {
  for (const [path, text] of texts(wordsOf("th"), "th")) assert.notEqual(text.trim(), "", path);
  for (const [path, text] of texts(wordsOf("en"), "en")) {
    assert.notEqual(text.trim(), "", path);
    if (path !== "en.otherLanguage") assert.ok(!THAI.test(text), path);
  }
});

test("every indicator has a name and a definition", () => {
  for (const lang of ["th", "en"] as const) {
    for (const id of INDICATORS)
      assert.ok(wordsOf(lang).indicator[id].definition.length > 10, `${lang} ${id}`);
  }
});
