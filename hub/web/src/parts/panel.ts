/** The place beside the map: the ranking of the amphoe, one area, or one household. On a phone it is a sheet from below. */

import { type TemplateResult, html } from "lit-html";
import type { App } from "../app.ts";
import { shade, sayValue } from "../map/shading.ts";
import { drawArea } from "./area.ts";
import { drawSearch } from "./households.ts";
import { drawHousehold } from "./household.ts";
import { drawListPanel } from "./list_panel.ts";
import { show } from "./messages.ts";
import { nameOf } from "./names.ts";
import { drawBar } from "./overview.ts";

function drawRanking(app: App): TemplateResult {
  const { view, words, slots } = app;
  // The numbers above say what went wrong; once is enough.
  if (slots.overview.value === null && slots.overview.problem !== null)
    return html`<p class="note">${words.noAnswer}</p>`;
  return show(app, app.slots.overview, (overview) => {
    const { values, range } = shade(app, "amphoe");
    const height = (code: string | null): number => {
      const value = code === null ? undefined : values.get(code);
      return typeof value === "number" ? value : -1;
    };
    const areas = overview.areas
      .filter((area) => area.code !== null)
      .sort((a, b) => height(b.code) - height(a.code));
    return html`<ol class="ranking">
      ${areas.map((area) => {
        const value = values.get(area.code ?? "");
        return html`<li>
          <button type="button" @click=${() => app.go({ area: area.code, household: null, camera: null })}>
            <span class="ranking-name">${nameOf(app, area)}</span>
            ${drawBar(typeof value === "number" ? value : null, range?.[1] ?? 0)}
            <span class="ranking-value ${typeof value === "number" ? "" : "is-mark"}"
              >${sayValue(value, view, words)}</span
            >
          </button>
        </li>`;
      })}
    </ol>`;
  });
}

export function drawPanel(app: App): TemplateResult {
  const { view, words } = app;
  const isSheet = view.area !== null || view.household !== null || view.list !== null;
  const body =
    view.household !== null
      ? drawHousehold(app, view.household)
      : view.list !== null
        ? drawListPanel(app, view.list)
      : view.area !== null
        ? drawArea(app, view.area)
        : html`<div class="panel-head"><h2>${words.indicator[view.indicator].name}</h2></div>
            <div class="panel-body">${drawRanking(app)}${drawSearch(app)}</div>`;
  return html`<aside class="panel ${isSheet ? "is-sheet" : ""}" id="panel" tabindex="-1" aria-live="off">
    ${body}
  </aside>`;
}
