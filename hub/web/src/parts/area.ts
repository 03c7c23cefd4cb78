/** One amphoe or tambon: its numbers, what lies inside, and its households. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import { numbersOf, sayValue, shade } from "../map/shading.ts";
import { NEEDS, type AreaNumbers } from "../shapes.ts";
import type { View } from "../view.ts";
import { drawSearch } from "./households.ts";
import { sayLoading } from "./messages.ts";
import { nameOf, nameOfCode } from "./names.ts";
import { sayCount } from "./overview.ts";

const AMPHOE_DIGITS = 4;

export function drawPanelHead(
  app: App,
  kind: string,
  name: string,
  above: TemplateResult | typeof nothing,
  close: Partial<View> = { area: null, household: null, camera: null },
): TemplateResult {
  return html`<div class="panel-head">
    <div>
      ${above}
      <h2><span class="panel-kind">${kind}</span> ${name}</h2>
    </div>
    <button
      type="button"
      class="close"
      aria-label=${app.words.close}
      @click=${() => app.go(close)}
    >
      ×
    </button>
  </div>`;
}

function drawNumbers(app: App, area: AreaNumbers): TemplateResult {
  const { words } = app;
  const rows: [string, TemplateResult | string][] = [
    [words.overview.records.name, sayCount(app, area.records)],
    [words.overview.distinct.name, sayCount(app, area.households)],
    [words.overview.moreThanOne, sayCount(app, area.in_more_than_one)],
    [words.overview.persons.name, sayCount(app, area.persons)],
    [words.overview.assisted.name, sayCount(app, area.assisted_households)],
    [words.indicator.actions.name, sayCount(app, area.actions)],
    [words.indicator.amount.name, sayCount(app, area.amount_thb)],
  ];
  return html`<dl class="numbers">
      ${rows.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <h3>${words.overview.needs.name}</h3>
    <dl class="numbers">
      ${NEEDS.map(
        (need) =>
          html`<div>
            <dt>${words.need[need]}</dt>
            <dd>${sayCount(app, area.needs[need])}</dd>
          </div>`,
      )}
    </dl>
    ${area.suppressed ? html`<p class="fine">${words.hiddenLong}</p>` : nothing}`;
}

function drawInside(app: App, code: string): TemplateResult {
  const { words, view, slots } = app;
  const { values } = shade(app, "tambon");
  const inside = (slots.tambons.value?.areas ?? []).filter((area) => area.code?.startsWith(code));
  if (inside.length === 0) return html``;
  return html`<details class="inside">
    <summary>${words.area.inside} (${inside.length})</summary>
    <ul>
      ${inside.map(
        (area) =>
          html`<li>
            <button
              type="button"
              class="link"
              @click=${() => app.go({ area: area.code, household: null, camera: null })}
            >
              ${nameOf(app, area)}
            </button>
            <span>${sayValue(values.get(area.code ?? ""), view, words)}</span>
          </li>`,
      )}
    </ul>
  </details>`;
}

export function drawArea(app: App, code: string): TemplateResult {
  const { words, slots } = app;
  const isAmphoe = code.length === AMPHOE_DIGITS;
  const numbers = numbersOf(app, code);
  const slot = isAmphoe ? slots.overview : slots.tambons;
  const parent = isAmphoe ? null : code.slice(0, AMPHOE_DIGITS);
  const up = html`<button
    type="button"
    class="link up"
    @click=${() => app.go({ area: parent, camera: null })}
  >
    ← ${parent === null ? words.table.total : `${words.area.amphoe} ${nameOfCode(app, parent)}`}
  </button>`;
  return html`${drawPanelHead(app, isAmphoe ? words.area.amphoe : words.area.tambon, nameOfCode(app, code), up)}
    <div class="panel-body">
      ${numbers !== undefined ? drawNumbers(app, numbers) : slot.isLoading || slot.value === null ? sayLoading(app) : html`<p class="note">${words.area.notFound}</p>`}
      ${isAmphoe ? drawInside(app, code) : nothing} ${drawSearch(app)}
    </div>`;
}
