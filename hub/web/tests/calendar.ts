import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, endedFiscalYears, formatDay, formatInstant, monthEnds, parseDay } from "../src/calendar.ts";

test("a day is read in both eras, in words, in numbers and in Thai digits", () => {
  for (const typed of [
    "30 กันยายน 2566",
    "30 ก.ย. 2566",
    "30กย2566",
    "30/9/2566",
    "2566-09-30",
    "2023-09-30",
    "๓๐/๙/๒๕๖๖",
    "30 Sep 2023",
    "30 ก.ย. พ.ศ. 2566",
  ]) {
    assert.deepEqual(parseDay(typed), { iso: "2023-09-30" }, typed);
  }
});

test("a year of two digits is refused, not guessed", () => {
  assert.deepEqual(parseDay("30/9/66"), { fault: "two_digit_year" });
  assert.deepEqual(parseDay("30 ก.ย. 66"), { fault: "two_digit_year" });
});

test("29 February belongs to leap years of the Common Era", () => {
  assert.deepEqual(parseDay("29/2/2567"), { iso: "2024-02-29" });
  assert.deepEqual(parseDay("29/2/2566"), { fault: "no_such_day" });
  assert.deepEqual(parseDay("31/4/2566"), { fault: "no_such_day" });
});

test("what is no day is said to be unreadable", () => {
  for (const typed of ["เมื่อวาน", "30 xyz 2566", "2566", "seq:12"])
    assert.deepEqual(parseDay(typed), { fault: "unreadable" }, typed);
  assert.deepEqual(parseDay("  "), { fault: "empty" });
});

test("days and instants are shown in the era of the language, in Bangkok", () => {
  assert.equal(formatDay("2023-09-30", "th"), "30 กันยายน 2566");
  assert.equal(formatDay("2023-09-30", "en", true), "30 Sep 2023");
  assert.equal(formatInstant("2023-09-30T16:59:59.999999Z", "th"), "30 ก.ย. 2566 23:59 น.");
  assert.equal(formatInstant("2023-09-30T17:00:00Z", "en", true), "1 Oct 2023 00:00:00");
  assert.equal(dayOf(new Date("2023-09-30T17:00:00Z")), "2023-10-01");
});

test("a fiscal year ends on 30 September and counts once it has ended", () => {
  assert.deepEqual(endedFiscalYears("2026-11-24", 2), [
    { year: 2568, end: "2025-09-30" },
    { year: 2569, end: "2026-09-30" },
  ]);
  assert.equal(endedFiscalYears("2026-09-30", 1)[0]?.year, 2568);
});

test("months end where they end, and the last step is today", () => {
  assert.deepEqual(monthEnds("2023-11-01", "2024-03-05"), [
    "2023-11-30",
    "2023-12-31",
    "2024-01-31",
    "2024-02-29",
    "2024-03-05",
  ]);
  assert.deepEqual(monthEnds("2024-03-01", "2024-03-31"), ["2024-03-31"]);
});
