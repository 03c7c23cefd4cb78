/** Names of areas and households in the language of the page. */

import type { App } from "../app.ts";
import { numbersOf } from "../map/shading.ts";
import type { AreaNumbers } from "../shapes.ts";

const SHOWN_ID = 8;

export function nameOf(app: App, area: AreaNumbers): string {
  const name = app.view.lang === "th" ? area.name_th : (area.name_en ?? area.name_th);
  return name ?? app.words.table.noArea;
}

/** The name of an area by its code, from whatever is loaded; the code itself when nothing is. */
export function nameOfCode(app: App, code: string | null): string {
  if (code === null) return app.words.table.noArea;
  const shape = app.slots.boundaries.value?.areas.get(code);
  if (shape !== undefined) return app.view.lang === "th" ? shape.nameTh : shape.nameEn;
  const numbers = numbersOf(app, code);
  return numbers === undefined ? code : nameOf(app, numbers);
}

/** Enough of an id to tell households or people apart when read aloud. */
export function shortId(id: string): string {
  return id.slice(0, SHOWN_ID);
}
