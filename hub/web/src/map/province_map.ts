/** The map: amphoe and tambon by colour, households as points for those who may see them. */

import { Map as MapLibre, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import type { GeoJSONSource, MapMouseEvent, VectorTileSource } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { address } from "../api.ts";
import type { App } from "../app.ts";
import { type Camera, ogcBasisQuery } from "../view.ts";
import { type Boundaries, type Level, boundsOf } from "./boundaries.ts";
import { createLabels, type Label } from "./labels.ts";
import { type Shading, colourFor, levelAt, RAMP, sayValue, shade } from "./shading.ts";
import { POINTS_ZOOM, createPattern, createStyle, householdLayers } from "./style.ts";

export const HOUSEHOLD_LAYER = "household_points";
/** Surin, before the boundaries are there. */
const HOME = { center: [103.65, 14.9] as [number, number], zoom: 8 };
/** Between this zoom and the next names of tambon would crowd. */
const TAMBON_NAMES_ZOOM = 10.2;
const DARK: readonly string[] = [RAMP[3], RAMP[4]];
const LEVELS = ["amphoe", "tambon"] as const;
const FLIGHT_MS = 600;
/** Near enough to see the houses around the chosen one. */
const HOUSE_ZOOM = 12.5;

type Box = readonly [number, number, number, number];

/** What the map shows already. */
interface Drawn {
  boundaries: Boundaries | null;
  area: string | null | undefined;
  shading: Partial<Record<Level, string>>;
  tiles: string | null;
  camera: Camera | null;
  chosen: string | null;
}

export interface ProvinceMap {
  /** Draws the state of the app; cheap when nothing changed. */
  update(): void;
}

/** The address of the household tiles for a view. */
function tilesOf(app: App): string {
  return address(`${location.origin}/ogc/xyz/${HOUSEHOLD_LAYER}/{z}/{x}/{y}.mvt`, ogcBasisQuery(app.view))
    .replaceAll("%7B", "{")
    .replaceAll("%7D", "}");
}

export function maySeePoints(app: App): boolean {
  return app.session !== null && (app.slots.layers.value?.has(HOUSEHOLD_LAYER) ?? false);
}

/** Puts the map into `container`. Throws where the browser has no WebGL. */
export function createProvinceMap(container: HTMLElement, app: App): ProvinceMap {
  setWorkerUrl(workerUrl);
  const { camera } = app.view;
  const map = new MapLibre({
    container,
    style: createStyle(),
    ...(camera === null ? HOME : { center: [camera.lon, camera.lat], zoom: camera.zoom }),
    minZoom: 6,
    maxZoom: 17,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: false,
    locale: {
      "Map.Title": app.words.map.heading,
      "NavigationControl.ZoomIn": app.words.map.zoomIn,
      "NavigationControl.ZoomOut": app.words.map.zoomOut,
    },
    transformRequest: (url) => {
      const isOurs = new URL(url, location.href).origin === location.origin;
      return { url, headers: isOurs && app.session !== null ? { "X-API-Key": app.session.key } : {} };
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-right");
  const labels = createLabels(map);
  const pin = createPin();
  let isReady = false;
  const drawn: Drawn = { boundaries: null, area: undefined, shading: {}, tiles: null, camera, chosen: null };

  const fit = ([west, south, east, north]: Box): void => {
    map.fitBounds([west, south, east, north], { padding: 28, maxZoom: 13, duration: FLIGHT_MS });
  };

  const drawBoundaries = (): void => {
    const boundaries = app.slots.boundaries.value;
    if (boundaries === null || boundaries === drawn.boundaries) return;
    drawn.boundaries = boundaries;
    drawn.shading = {};
    for (const level of LEVELS) map.getSource<GeoJSONSource>(level)?.setData(boundaries[level]);
  };

  const drawShading = (shading: Shading): void => {
    const { level, values, breaks } = shading;
    const boundaries = drawn.boundaries;
    const print = JSON.stringify([...values, breaks]);
    if (!boundaries || drawn.shading[level] === print) return;
    drawn.shading[level] = print;
    const marks: Record<"none" | "suppressed", string[]> = { none: [], suppressed: [] };
    for (const { properties } of boundaries[level].features) {
      const colour = colourFor(values.get(properties.code), breaks);
      if (colour === "none" || colour === "suppressed") marks[colour].push(properties.code);
      else map.setFeatureState({ source: level, id: properties.code }, { colour });
    }
    for (const mark of ["none", "suppressed"] as const) {
      map.setFilter(`${level}-${mark}`, ["in", ["get", "code"], ["literal", marks[mark]]]);
    }
  };

  const drawArea = (): void => {
    const { area } = app.view;
    const boundaries = drawn.boundaries;
    if (!boundaries || drawn.area === area) return;
    drawn.area = area;
    for (const level of LEVELS) map.setFilter(`${level}-chosen`, ["==", ["get", "code"], area ?? ""]);
    const box = boundaries.areas.get(area ?? "")?.box ?? boundsOf(boundaries);
    if (app.view.camera === null && box !== null) fit(box);
  };

  const moveCamera = (): void => {
    const { camera: wanted } = app.view;
    if (wanted === drawn.camera) return;
    drawn.camera = wanted;
    if (wanted !== null) map.jumpTo({ center: [wanted.lon, wanted.lat], zoom: wanted.zoom });
  };

  const drawHouseholds = (): void => {
    const wanted = maySeePoints(app) && app.desk.showsPoints ? tilesOf(app) : null;
    if (wanted !== drawn.tiles) {
      drawn.tiles = wanted;
      const source = map.getSource<VectorTileSource>("households");
      if (wanted === null) removeHouseholds();
      else if (source === undefined) addHouseholds(wanted);
      else source.setTiles([wanted]);
    }
  };
  const drawChosen = (): void => {
    const { household } = app.slots;
    const point =
      app.view.household !== null && household.isCurrent ? (household.value?.point ?? null) : null;
    const place = point === null ? null : `${point.lon},${point.lat}`;
    if (place === drawn.chosen) return;
    drawn.chosen = place;
    pin.remove();
    if (point === null) return;
    pin.setLngLat(point).addTo(map);
    const isSeen = map.getBounds().contains(point) && map.getZoom() >= POINTS_ZOOM;
    if (!isSeen)
      map.easeTo({ center: point, zoom: Math.max(map.getZoom(), HOUSE_ZOOM), duration: FLIGHT_MS });
  };
  const addHouseholds = (tiles: string): void => {
    map.addSource("households", { type: "vector", tiles: [tiles], minzoom: 6, maxzoom: 14 });
    for (const layer of householdLayers()) map.addLayer(layer);
  };
  const removeHouseholds = (): void => {
    if (map.getSource("households") === undefined) return;
    for (const layer of householdLayers()) map.removeLayer(layer.id);
    map.removeSource("households");
  };

  const drawLabels = (): void => {
    const { words, view } = app;
    const boundaries = drawn.boundaries;
    if (!boundaries) return;
    const level = map.getZoom() >= TAMBON_NAMES_ZOOM ? "tambon" : "amphoe";
    const shading = shade(app, level);
    const wanted: Label[] = [...boundaries.areas.values()]
      .filter((shape) => shape.level === level)
      .map((shape) => {
        const value = shading.values.get(shape.code);
        const name = view.lang === "th" ? shape.nameTh : shape.nameEn;
        if (shading.values.size === 0 || level !== levelAt(map.getZoom()))
          return { shape, name, value: "", isOnDark: false };
        const isOnDark = DARK.includes(colourFor(value, shading.breaks));
        return { shape, name, value: sayValue(value, view, words), isOnDark };
      });
    labels(wanted, view.lang);
  };

  const update = (): void => {
    container.setAttribute("aria-label", app.words.map.keyboard);
    if (!isReady) return;
    drawBoundaries();
    for (const level of LEVELS) drawShading(shade(app, level));
    moveCamera();
    drawArea();
    drawHouseholds();
    drawChosen();
    drawLabels();
  };

  map.once("load", () => {
    for (const mark of ["none", "suppressed"] as const)
      map.addImage(mark, createPattern(mark), { pixelRatio: 2 });
    isReady = true;
    app.set({ zoom: map.getZoom() });
    update();
  });
  map.on("moveend", (event) => {
    const zoom = map.getZoom();
    if (levelAt(zoom) !== levelAt(app.desk.zoom) || zoom !== app.desk.zoom) app.set({ zoom });
    const { lng, lat } = map.getCenter();
    if ("originalEvent" in event && event.originalEvent !== undefined) {
      drawn.camera = { zoom, lon: lng, lat };
      app.go({ camera: drawn.camera }, true);
    }
    drawLabels();
  });
  map.on("idle", () => {
    container.dataset["state"] = drawn.boundaries ? "idle" : "empty";
  });
  map.on("movestart", () => {
    container.dataset["state"] = "moving";
  });
  // Tiles that fail are asked again with the next move; the page itself says when the hub is away.
  map.on("error", (event) => {
    container.dataset["fault"] = event.error.message;
  });
  listen(map, app, container);
  return { update };
}

/** The mark of the chosen household. */
function createPin(): Marker {
  const element = document.createElement("div");
  element.className = "map-pin";
  return new Marker({ element, anchor: "center" });
}

/** Pointing shows a name and value; a click opens the household under it, else the area. */
function listen(map: MapLibre, app: App, container: HTMLElement): void {
  const tip = container.appendChild(document.createElement("div"));
  tip.className = "map-tip";
  tip.hidden = true;
  const areaAt = (event: MapMouseEvent): string | null => {
    const [found] = map.queryRenderedFeatures(event.point, {
      layers: LEVELS.map((level) => `${level}-fill`),
    });
    const code: unknown = found?.properties["code"];
    return typeof code === "string" ? code : null;
  };
  const householdAt = (event: MapMouseEvent): string | null => {
    if (!map.getLayer("household-points")) return null;
    const { x, y } = event.point;
    const near: [[number, number], [number, number]] = [
      [x - 5, y - 5],
      [x + 5, y + 5],
    ];
    const [found] = map.queryRenderedFeatures(near, { layers: ["household-points"] });
    const id: unknown = found?.properties["id"];
    return typeof id === "string" ? id : null;
  };
  map.on("mousemove", (event) => {
    const code = areaAt(event);
    map.getCanvas().classList.toggle("is-pointing", code !== null);
    for (const level of LEVELS) map.setFilter(`${level}-hover`, ["==", ["get", "code"], code ?? ""]);
    const shape = code === null ? undefined : app.slots.boundaries.value?.areas.get(code);
    tip.hidden = shape === undefined;
    if (shape === undefined) return;
    const { view, words } = app;
    const value = shade(app, shape.level).values.get(shape.code);
    const name = view.lang === "th" ? shape.nameTh : shape.nameEn;
    tip.textContent = `${words.area[shape.level]} ${name} · ${sayValue(value, view, words)}`;
    tip.style.transform = `translate(${Math.min(event.point.x + 14, container.clientWidth - 220)}px, ${event.point.y + 14}px)`;
  });
  map.on("mouseout", () => {
    tip.hidden = true;
    for (const level of LEVELS) map.setFilter(`${level}-hover`, ["==", ["get", "code"], ""]);
  });
  map.on("click", (event) => {
    const household = householdAt(event);
    if (household !== null) return app.go({ household });
    const area = areaAt(event);
    if (area !== null) app.go({ area, household: null });
  });
}
