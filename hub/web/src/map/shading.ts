/** Which colour each area gets: the values of the chosen indicator and their classes, for one level. Pure. */

import type { App } from "../app.ts";
import { TAMBON_ZOOM } from "../app.ts";
import { type Value, breaksOf, classOf, hasShare, isPart, valueOf } from "../indicators.ts";
import { baht, percent, whole } from "../numbers.ts";
import type { AreaNumbers, Overview } from "../shapes.ts";
import type { View } from "../view.ts";
import type { Words } from "../words/index.ts";
import type { Level } from "./boundaries.ts";

/** One hue from light to dark: readable with any colour vision and in a grey print. */
export const RAMP = ["#e3eff1", "#b5d6dc", "#7db5c1", "#3f8a9c", "#0b4f5c"] as const;

export interface Shading {
  level: Level;
  breaks: number[];
  values: ReadonlyMap<string, Value>;
  /** Lowest and highest value that is a number. */
  range: [number, number] | null;
}

export function levelAt(zoom: number): Level {
  return zoom >= TAMBON_ZOOM ? "tambon" : "amphoe";
}

export function overviewOf(app: App, level: Level): Overview | null {
  return (level === "tambon" ? app.slots.tambons : app.slots.overview).value;
}

export function numbersOf(app: App, code: string): AreaNumbers | undefined {
  return overviewOf(app, code.length > 4 ? "tambon" : "amphoe")?.areas.find((area) => area.code === code);
}

export function shade(app: App, level: Level): Shading {
  const { indicator, unit } = app.view;
  const areas = overviewOf(app, level)?.areas ?? [];
  const values = new Map<string, Value>();
  for (const area of areas) if (area.code !== null) values.set(area.code, valueOf(indicator, unit, area));
  const known = [...values.values()].filter((value) => typeof value === "number");
  const range: [number, number] | null = known.length > 0 ? [Math.min(...known), Math.max(...known)] : null;
  return { level, breaks: breaksOf(known), values, range };
}

/** The colour of a class among `count` classes. */
export function colourOf(index: number, count: number): string {
  const place = count <= 1 ? 2 : Math.round((index * (RAMP.length - 1)) / (count - 1));
  return RAMP[place] ?? RAMP[0];
}

/** The colour of a value, or the mark that stands for its absence. */
export function colourFor(
  value: Value | undefined,
  breaks: readonly number[],
): string | "none" | "suppressed" {
  if (value === undefined) return "none";
  return typeof value === "number" ? colourOf(classOf(value, breaks), breaks.length + 1) : value;
}

export function isShareShown(view: View): boolean {
  return view.unit === "share" && hasShare(view.indicator);
}

/** A number of the indicator in words. */
export function sayNumber(value: number, view: View, words: Words): string {
  if (isShareShown(view)) {
    return isPart(view.indicator) ? percent(value, 1) : value < 10 ? value.toFixed(1) : whole(value);
  }
  return view.indicator === "amount" ? baht(value, words.million) : whole(value);
}

/** A value of the indicator in words, also when it is hidden or unknown. */
export function sayValue(value: Value | undefined, view: View, words: Words): string {
  if (value === undefined || value === "none") return words.noData;
  return value === "suppressed" ? words.hidden : sayNumber(value, view, words);
}
