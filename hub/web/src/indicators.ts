/** The indicators of the map and the table, and the classes into which a map sorts their values. Pure. */

import { type AreaNumbers, type Count, NEEDS, type Need } from "./shapes.ts";

export const INDICATORS = [
  "households",
  "overlap",
  "need_health",
  "need_living",
  "need_education",
  "need_income",
  "need_accessibility",
  "assisted",
  "not_assisted",
  "actions",
  "amount",
] as const;
export type IndicatorId = (typeof INDICATORS)[number];

/** A value on the map: a number, unknown because nothing was delivered, or hidden because it is small. */
export type Value = number | "none" | "suppressed";

export const CLASSES = 5;

const NEED_OF: Partial<Record<IndicatorId, Need>> = Object.fromEntries(
  NEEDS.map((need) => [`need_${need}`, need]),
);

export function needOf(indicator: IndicatorId): Need | null {
  return NEED_OF[indicator] ?? null;
}

/** Whether the indicator can be related to the households of the area. */
export function hasShare(indicator: IndicatorId): boolean {
  return indicator !== "households";
}

/** Whether the share is a part of the households (per cent) and not an amount for each of them. */
export function isPart(indicator: IndicatorId): boolean {
  return hasShare(indicator) && indicator !== "actions" && indicator !== "amount";
}

function countOf(indicator: IndicatorId, area: AreaNumbers): Count | undefined {
  const need = needOf(indicator);
  if (need) return area.needs[need];
  switch (indicator) {
    case "overlap":
      return area.in_more_than_one;
    case "assisted":
      return area.assisted_households;
    case "not_assisted":
      return area.households === null || area.assisted_households === null
        ? null
        : area.households - area.assisted_households;
    case "actions":
      return area.actions;
    case "amount":
      return area.amount_thb;
    default:
      return area.households;
  }
}

/** The value of an area: a count, or its relation to the households there (0 to 1 where it is a part). */
export function valueOf(
  indicator: IndicatorId,
  unit: "count" | "share",
  area: AreaNumbers | undefined,
): Value {
  if (area === undefined || area.records === 0) return "none";
  const count = countOf(indicator, area);
  if (count === undefined) return "none";
  if (count === null) return "suppressed";
  if (unit === "count" || !hasShare(indicator)) return count;
  if (area.households === null) return "suppressed";
  return area.households > 0 ? count / area.households : "none";
}

function rounded(value: number): number {
  if (value === 0) return 0;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  return Math.round(value / step) * step;
}

function quantiles(sorted: readonly number[], classes: number): number[] {
  const lowest = sorted[0] ?? 0;
  const bounds = Array.from({ length: classes - 1 }, (_, index) => {
    const place = Math.floor(((index + 1) * sorted.length) / classes);
    return rounded(sorted[place] ?? lowest);
  });
  return [...new Set(bounds)].filter((bound) => bound > lowest && bound <= (sorted.at(-1) ?? lowest));
}

/**
 * The lower bounds of all classes but the first, ascending: quantiles rounded to two digits, of the different values where
 * many are equal. Fewer when there are few values, none when all are equal.
 */
export function breaksOf(values: readonly number[], classes = CLASSES): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const bounds = quantiles(sorted, classes);
  return bounds.length === classes - 1 ? bounds : quantiles([...new Set(sorted)], classes);
}

/** The class of a value: how many bounds it reaches. */
export function classOf(value: number, breaks: readonly number[]): number {
  return breaks.filter((bound) => value >= bound).length;
}
