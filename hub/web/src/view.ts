/** What is shown, as the address of the page keeps it: a copied address shows the same again. Pure. */

import { type Lang, isDay } from "./calendar.ts";
import { INDICATORS, type IndicatorId } from "./indicators.ts";
import { SIX, type SixName } from "./shapes.ts";

export interface Camera {
  zoom: number;
  lon: number;
  lat: number;
}

export interface View {
  lang: Lang;
  /** An ISO date or instant; null is now. */
  validAt: string | null;
  /** An ISO date, an instant or `seq:N`; null is the newest. */
  asOf: string | null;
  indicator: IndicatorId;
  unit: "count" | "share";
  area: string | null;
  household: string | null;
  /** The list behind a number, or that of the findings. */
  list: ListName | null;
  camera: Camera | null;
}

export type ListName = SixName | "findings";
export const LISTS: readonly ListName[] = [...SIX, "findings"];

export const START: View = {
  lang: "th",
  validAt: null,
  asOf: null,
  indicator: "households",
  unit: "count",
  area: null,
  household: null,
  list: null,
  camera: null,
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/;
const SEQUENCE = /^seq:(0|[1-9]\d{0,17})$/;
const AREA = /^\d{2}(\d{2}){0,2}$/;
const HOUSEHOLD = /^[0-9a-f-]{36}$/i;

const isMoment = (text: string): boolean => isDay(text) || INSTANT.test(text);

/** The sequence in `seq:N`, else null. */
export function sequenceOf(asOf: string | null): number | null {
  const match = SEQUENCE.exec(asOf ?? "");
  return match ? Number(match[1]) : null;
}

/** Whether both axes are at today, so that the page follows the hub. */
export function isToday(view: View, today: string): boolean {
  return [view.validAt, view.asOf].every((moment) => moment === null || moment === today);
}

/** The view in the query part of an address. What cannot be read is left out, so that a mangled address still opens. */
export function readView(search: string): View {
  const query = new URLSearchParams(search);
  const pick = (name: string, fits: (text: string) => boolean): string | null => {
    const text = query.get(name);
    return text !== null && fits(text) ? text : null;
  };
  const indicator = INDICATORS.find((id) => id === query.get("ind"));
  return {
    lang: query.get("lang") === "en" ? "en" : "th",
    validAt: pick("valid_at", isMoment),
    asOf: pick("as_of", (text) => isMoment(text) || SEQUENCE.test(text)),
    indicator: indicator ?? START.indicator,
    unit: query.get("unit") === "share" ? "share" : "count",
    area: pick("area", (text) => AREA.test(text)),
    household: pick("household", (text) => HOUSEHOLD.test(text)),
    list: LISTS.find((name) => name === query.get("list")) ?? null,
    camera: readCamera(query.get("map")),
  };
}

function readCamera(text: string | null): Camera | null {
  const parts = (text ?? "").split(",").map(Number);
  const [zoom, lon, lat] = parts;
  if (parts.length !== 3 || zoom === undefined || lon === undefined || lat === undefined) return null;
  const fits = zoom >= 0 && zoom <= 22 && Math.abs(lon) <= 180 && Math.abs(lat) <= 85;
  return fits ? { zoom, lon, lat } : null;
}

/** The query part of the address of a view; what is as at the start is left out. */
export function writeView(view: View): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string | null, start: string | null = null): void => {
    if (value !== null && value !== start) query.set(name, value);
  };
  put("valid_at", view.validAt);
  put("as_of", view.asOf);
  put("ind", view.indicator, START.indicator);
  put("unit", view.unit, START.unit);
  put("area", view.area);
  put("household", view.household);
  put("list", view.list);
  const { camera } = view;
  put("map", camera && [camera.zoom.toFixed(2), camera.lon.toFixed(4), camera.lat.toFixed(4)].join(","));
  put("lang", view.lang, START.lang);
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  return text === "" ? "/" : `/?${text}`;
}

/** The axes as parameters of /v1. */
export function basisQuery(view: View): Record<string, string> {
  return {
    ...(view.validAt === null ? {} : { valid_at: view.validAt }),
    ...(view.asOf === null ? {} : { as_of: view.asOf }),
  };
}

/** The axes as parameters of /ogc. */
export function ogcBasisQuery(view: View): Record<string, string> {
  return {
    ...(view.validAt === null ? {} : { datetime: view.validAt }),
    ...(view.asOf === null ? {} : { as_of: view.asOf }),
  };
}
