/** The polygons of amphoe and tambon as the map draws them, with a place for each name. */

import type { Feature, FeatureCollection, MultiPolygon, Polygon, Position } from "geojson";
import { fetchJson } from "../api.ts";

export type Level = "amphoe" | "tambon";
type Shape = Feature<Polygon | MultiPolygon, { code: string }>;

export interface AreaShape {
  code: string;
  level: Level;
  nameTh: string;
  nameEn: string;
  /** Where the name stands: well inside the polygon. */
  label: [number, number];
  box: [number, number, number, number];
}

export interface Boundaries {
  amphoe: FeatureCollection<Polygon | MultiPolygon, { code: string }>;
  tambon: FeatureCollection<Polygon | MultiPolygon, { code: string }>;
  areas: ReadonlyMap<string, AreaShape>;
  isApproximate: boolean;
  attribution: string | null;
}

interface Delivered {
  features: (Feature<Polygon | MultiPolygon | null, Record<string, unknown>> & { id?: string | number })[];
}

const GRID = 24;

const ringsOf = (shape: Polygon | MultiPolygon): Position[][][] =>
  shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;

function boxOf(rings: Position[][]): [number, number, number, number] {
  const points = rings.flat();
  const xs = points.map((point) => point[0] ?? 0);
  const ys = points.map((point) => point[1] ?? 0);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Positive distance to the nearest edge inside, negative outside (even-odd over all rings). */
function depth(x: number, y: number, rings: Position[][]): number {
  let isInside = false;
  let nearest = Infinity;
  for (const ring of rings) {
    for (let index = 0, before = ring.length - 1; index < ring.length; before = index, index += 1) {
      const [ax = 0, ay = 0] = ring[index] ?? [];
      const [bx = 0, by = 0] = ring[before] ?? [];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside;
      const length = (bx - ax) ** 2 + (by - ay) ** 2;
      const along =
        length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
      nearest = Math.min(nearest, Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)));
    }
  }
  return isInside ? nearest : -nearest;
}

/** The point of a grid over the largest part that lies deepest inside it. */
function labelPoint(shape: Polygon | MultiPolygon): [number, number] {
  const parts = ringsOf(shape).map((rings) => ({ rings, box: boxOf(rings) }));
  const size = ({ box }: { box: readonly number[] }): number =>
    ((box[2] ?? 0) - (box[0] ?? 0)) * ((box[3] ?? 0) - (box[1] ?? 0));
  const [largest] = parts.sort((a, b) => size(b) - size(a));
  if (largest === undefined) return [0, 0];
  const [west, south, east, north] = largest.box;
  let best: [number, number] = [(west + east) / 2, (south + north) / 2];
  let deepest = -Infinity;
  for (let row = 1; row < GRID; row += 1) {
    for (let column = 1; column < GRID; column += 1) {
      const x = west + ((east - west) * column) / GRID;
      const y = south + ((north - south) * row) / GRID;
      const found = depth(x, y, largest.rings);
      if (found > deepest) [best, deepest] = [[x, y], found];
    }
  }
  return best;
}

function codeOf(feature: Delivered["features"][number]): string {
  const { code } = feature.properties;
  return typeof code === "string" ? code : String(feature.id ?? "").replace(/^TH/, "");
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Reads one level as the hub delivers it. Features without a polygon are left out: there is nothing to draw. */
export function readLevel(delivered: Delivered, level: Level): { shapes: Shape[]; areas: AreaShape[] } {
  const shapes: Shape[] = [];
  const areas: AreaShape[] = [];
  for (const feature of delivered.features) {
    const { geometry, properties } = feature;
    if (geometry === null) continue;
    const code = codeOf(feature);
    shapes.push({ type: "Feature", geometry, properties: { code } });
    const nameTh = toText(properties["name_th"]) || code;
    areas.push({
      code,
      level,
      nameTh,
      nameEn: toText(properties["name_en"]) || nameTh,
      label: labelPoint(geometry),
      box: boxOf(ringsOf(geometry).flat()),
    });
  }
  return { shapes, areas };
}

/** The newest boundaries. They are the frame of the map; what is counted in them follows the chosen day. */
export async function readBoundaries(signal: AbortSignal): Promise<Boundaries> {
  const ask = (level: Level): Promise<Delivered> =>
    fetchJson(`/ogc/collections/${level}_summary/items`, { limit: "1000" }, null, signal);
  const [amphoe, tambon] = await Promise.all([ask("amphoe"), ask("tambon")]);
  const [amphoes, tambons] = [readLevel(amphoe, "amphoe"), readLevel(tambon, "tambon")];
  const every = [...amphoe.features, ...tambon.features].map((feature) => feature.properties);
  const attributions = every
    .map((properties) => toText(properties["attribution"]))
    .filter((text) => text !== "");
  return {
    amphoe: { type: "FeatureCollection", features: amphoes.shapes },
    tambon: { type: "FeatureCollection", features: tambons.shapes },
    areas: new Map([...amphoes.areas, ...tambons.areas].map((area) => [area.code, area])),
    isApproximate: every.some((properties) => properties["approximate"] === true),
    attribution: attributions[0] ?? null,
  };
}

/** The box around all areas of a level. */
export function boundsOf(boundaries: Boundaries): [number, number, number, number] | null {
  const boxes = [...boundaries.areas.values()].map((area) => area.box);
  if (boxes.length === 0) return null;
  const edge = (side: 0 | 1 | 2 | 3, pick: (...values: number[]) => number): number =>
    pick(...boxes.map((box) => box[side]));
  return [edge(0, Math.min), edge(1, Math.min), edge(2, Math.max), edge(3, Math.max)];
}
