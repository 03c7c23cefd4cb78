/** Names on the map as HTML, so that the browser shapes Thai. A name that would cover another is left out. */

import { type Map as MapLibre, Marker } from "maplibre-gl";
import type { AreaShape } from "./boundaries.ts";

export interface Label {
  shape: AreaShape;
  name: string;
  value: string;
  isOnDark: boolean;
}

interface Placed {
  marker: Marker;
  name: HTMLElement;
  value: HTMLElement;
}

const CHARACTER = 8;
const HEIGHT = 34;
/** Vowels and tones above and below take no room of their own. */
const MARKS = /\p{Mn}/gu;

/** The labels that fit beside each other, in the order given. */
function fitting(map: MapLibre, labels: readonly Label[]): Label[] {
  const { clientWidth, clientHeight } = map.getContainer();
  const taken: [number, number, number][] = [];
  return labels.filter((label) => {
    const { x, y } = map.project(label.shape.label);
    if (x < 0 || y < 0 || x > clientWidth || y > clientHeight) return false;
    const letters = Math.max(label.name.replace(MARKS, "").length, label.value.length);
    const half = (letters * CHARACTER) / 2;
    if (taken.some(([ox, oy, other]) => Math.abs(ox - x) < half + other && Math.abs(oy - y) < HEIGHT))
      return false;
    taken.push([x, y, half]);
    return true;
  });
}

/** Draws the labels and takes away those of the call before. */
export function createLabels(map: MapLibre): (labels: readonly Label[], lang: string) => void {
  const placed = new Map<string, Placed>();

  const create = (label: Label): Placed => {
    const element = document.createElement("div");
    element.className = "map-label";
    element.setAttribute("aria-hidden", "true");
    const name = element.appendChild(document.createElement("span"));
    const value = element.appendChild(document.createElement("span"));
    name.className = "map-label-name";
    value.className = "map-label-value";
    const marker = new Marker({ element, anchor: "center" }).setLngLat(label.shape.label).addTo(map);
    return { marker, name, value };
  };

  return (labels, lang) => {
    const shown = fitting(map, labels);
    const wanted = new Set(shown.map((label) => label.shape.code));
    for (const [code, { marker }] of placed) {
      if (wanted.has(code)) continue;
      marker.remove();
      placed.delete(code);
    }
    for (const label of shown) {
      const found = placed.get(label.shape.code) ?? create(label);
      placed.set(label.shape.code, found);
      found.name.textContent = label.name;
      found.value.textContent = label.value;
      const element = found.marker.getElement();
      element.lang = lang;
      element.classList.toggle("on-dark", label.isOnDark);
    }
  };
}
