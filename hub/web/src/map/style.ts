/** What the map draws. Names stand in HTML (labels.ts): symbol layers would need a glyph server. */

import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Level } from "./boundaries.ts";

export const POINTS_ZOOM = 11;
/** Below this the cells would hide the colours of the areas. */
const CELLS_ZOOM = 9.6;
const HOUSEHOLDS = "household_points";

const LEVELS: Record<Level, { minzoom: number; maxzoom: number }> = {
  amphoe: { minzoom: 0, maxzoom: CELLS_ZOOM },
  tambon: { minzoom: CELLS_ZOOM, maxzoom: 24 },
};

function areaLayers(level: Level): LayerSpecification[] {
  const at = { source: level, ...LEVELS[level] };
  const nobody: ["in", ["get", string], ["literal", string[]]] = ["in", ["get", "code"], ["literal", []]];
  return [
    {
      id: `${level}-fill`,
      type: "fill",
      ...at,
      paint: { "fill-color": ["coalesce", ["feature-state", "colour"], "#f3f5f4"], "fill-antialias": true },
    },
    { id: `${level}-none`, type: "fill", ...at, filter: nobody, paint: { "fill-pattern": "none" } },
    {
      id: `${level}-suppressed`,
      type: "fill",
      ...at,
      filter: nobody,
      paint: { "fill-pattern": "suppressed" },
    },
  ];
}

function lineLayers(): LayerSpecification[] {
  const nobody: ["==", ["get", string], string] = ["==", ["get", "code"], ""];
  return [
    {
      id: "tambon-line",
      type: "line",
      source: "tambon",
      minzoom: CELLS_ZOOM,
      paint: { "line-color": "#ffffff", "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.8, 13, 2] },
    },
    {
      id: "amphoe-line",
      type: "line",
      source: "amphoe",
      layout: { "line-join": "round" },
      paint: {
        "line-color": ["step", ["zoom"], "#ffffff", CELLS_ZOOM, "#4a5f66"],
        "line-width": ["interpolate", ["linear"], ["zoom"], 7, 1, 9, 1.8, 13, 2.6],
      },
    },
    ...(["amphoe", "tambon"] as const).flatMap((level): LayerSpecification[] => [
      {
        id: `${level}-hover`,
        type: "line",
        source: level,
        filter: nobody,
        layout: { "line-join": "round" },
        paint: { "line-color": "#1b2a30", "line-width": 2 },
      },
      {
        id: `${level}-chosen`,
        type: "line",
        source: level,
        filter: nobody,
        layout: { "line-join": "round" },
        paint: { "line-color": "#b0281a", "line-width": 3.5 },
      },
    ]),
  ];
}

export function householdLayers(): LayerSpecification[] {
  const at = { source: "households", "source-layer": HOUSEHOLDS };
  return [
    {
      id: "household-cells",
      type: "circle",
      ...at,
      minzoom: CELLS_ZOOM,
      maxzoom: POINTS_ZOOM,
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "households"]], 1, 3, 5, 6, 20, 12],
        "circle-color": "#c8641b",
        "circle-opacity": 0.55,
        "circle-stroke-color": "#ffffff",
        "circle-stroke-width": 0.6,
      },
    },
    {
      id: "household-points",
      type: "circle",
      ...at,
      minzoom: POINTS_ZOOM,
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 3.2, 14, 6.5],
        "circle-color": ["case", [">", ["get", "in_sources"], 1], "#c8641b", "#ffffff"],
        "circle-stroke-color": ["case", [">", ["get", "in_sources"], 1], "#ffffff", "#8a3d07"],
        "circle-stroke-width": 1.3,
      },
    },
  ];
}

const EMPTY = { type: "FeatureCollection" as const, features: [] };

export function createStyle(): StyleSpecification {
  return {
    version: 8,
    sources: {
      amphoe: { type: "geojson", data: EMPTY, promoteId: "code" },
      tambon: { type: "geojson", data: EMPTY, promoteId: "code" },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#eef1f0" } },
      ...areaLayers("amphoe"),
      ...areaLayers("tambon"),
      ...lineLayers(),
    ],
  };
}

const SIZE = 12;

/** The patterns that say "no data" (diagonal lines) and "hidden" (dots): a mark of shape, not of colour. */
export function createPattern(kind: "none" | "suppressed"): {
  width: number;
  height: number;
  data: Uint8ClampedArray;
} {
  const data = new Uint8ClampedArray(SIZE * SIZE * 4);
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) {
      const isInk =
        kind === "none"
          ? (x + y) % 6 < 1
          : (x % 6) - 2 < 2 && (x % 6) - 2 >= 0 && (y % 6) - 2 < 2 && (y % 6) - 2 >= 0;
      const ink = kind === "none" ? [138, 150, 155, 255] : [92, 84, 120, 255];
      data.set(isInk ? ink : [243, 244, 243, 255], (y * SIZE + x) * 4);
    }
  }
  return { width: SIZE, height: SIZE, data };
}
