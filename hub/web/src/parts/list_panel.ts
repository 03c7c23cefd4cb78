/** The list behind a number beside the map: exactly the households that it counts, or the findings. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import { whole } from "../numbers.ts";
import { mayListHouseholds } from "../session.ts";
import type { ChosenHousehold, SixName } from "../shapes.ts";
import type { ListName } from "../view.ts";
import { drawPanelHead } from "./area.ts";
import { drawFindings } from "./findings.ts";
import { drawSources } from "./households.ts";
import { show } from "./messages.ts";
import { nameOf, nameOfCode, shortId } from "./names.ts";

export function sayPlace(app: App, of: { amphoe: string | null; tambon: string | null }): string {
  return of.tambon === null
    ? nameOfCode(app, of.amphoe)
    : `${app.words.area.tambon} ${nameOfCode(app, of.tambon)}`;
}

function drawHousehold(app: App, household: ChosenHousehold): TemplateResult {
  const { words } = app;
  const { level, standing, moo } = household;
  const said = [
    sayPlace(app, household),
    moo === null ? "" : `${words.household.moo} ${moo}`,
    words.list.people(whole(household.persons)),
    level === null ? "" : words.six.level(String(level)),
    standing === null ? "" : (words.six.standing[standing] ?? standing),
  ];
  return html`<li>
    <button
      type="button"
      class="household-item"
      data-household=${household.household_id}
      @click=${() => app.go({ household: household.household_id })}
    >
      <span class="household-name">${words.list.noName} ${shortId(household.household_id)}</span>
      <span class="fine">${said.filter((part) => part !== "").join(" · ")}</span>
      ${drawSources(app, household.sources)}
    </button>
  </li>`;
}

/** A button for the next page while there is one. */
export function drawMore(app: App, next: string | null, isLoading: boolean): TemplateResult | typeof nothing {
  return next === null
    ? nothing
    : html`<button type="button" class="more" ?disabled=${isLoading} @click=${() => app.moreOfList()}>
        ${app.words.list.more}
      </button>`;
}

/** The choice of an amphoe; the page keeps it in its address as the area. */
export function drawAreaChoice(app: App): TemplateResult {
  const { words, view, slots } = app;
  const areas = (slots.overview.value?.areas ?? []).filter((area) => area.code !== null);
  const choose = (event: Event): void => {
    const value = event.target instanceof HTMLSelectElement ? event.target.value : "";
    app.go({ area: value === "" ? null : value, camera: null });
  };
  const isInside = view.area !== null && !areas.some((area) => area.code === view.area);
  return html`<select name="area" aria-label=${words.table.area} @change=${choose}>
    <option value="" .selected=${view.area === null}>${words.six.allAreas}</option>
    ${isInside ? html`<option value=${view.area} .selected=${true}>${nameOfCode(app, view.area)}</option>` : nothing}
    ${areas.map(
      (area) =>
        html`<option value=${area.code} .selected=${area.code === view.area}>${nameOf(app, area)}</option>`,
    )}
  </select>`;
}

function drawHouseholds(app: App, name: SixName): TemplateResult {
  const { words, session, slots, view } = app;
  if (!mayListHouseholds(session)) return html`<p class="note">${words.six.needKey}</p>`;
  const all = view.area === null ? slots.overview.value?.numbers?.[name]?.value : undefined;
  return html`<div class="list-filters">${drawAreaChoice(app)}</div>
    ${show(app, slots.chosen, (page) =>
      page.items.length === 0
        ? html`<p class="note">${words.six.empty}</p>`
        : html`<p class="fine list-count">
              ${typeof all === "number" ? words.six.households(whole(page.items.length), whole(all)) : nothing}
            </p>
            <ul class="household-list" aria-busy=${slots.chosen.isLoading ? "true" : "false"}>
              ${page.items.map((household) => drawHousehold(app, household))}
            </ul>
            ${drawMore(app, page.next, slots.chosen.isLoading)}`,
    )}`;
}

export function drawListPanel(app: App, list: ListName): TemplateResult {
  const { words, view, slots } = app;
  const close = { list: null, household: null };
  if (list === "findings")
    return html`${drawPanelHead(app, words.six.list, words.findings.heading, nothing, close)}
      <div class="panel-body" data-list-panel="findings">${drawFindings(app)}</div>`;
  const number = slots.overview.value?.numbers?.[list];
  const definition = view.lang === "th" ? number?.definition_th : number?.definition_en;
  return html`${drawPanelHead(app, words.six.list, words.six.names[list], nothing, close)}
    <div class="panel-body" data-list-panel=${list}>
      ${definition === undefined ? nothing : html`<p class="definition">${definition}</p>`}
      ${drawHouseholds(app, list)}
    </div>`;
}
