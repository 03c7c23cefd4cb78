/** Finding households: by area, by need, by what is written on the door. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import { whole } from "../numbers.ts";
import { mayListHouseholds, maySearchText } from "../session.ts";
import { type Household, NEEDS, type Need } from "../shapes.ts";
import { show } from "./messages.ts";
import { nameOfCode, shortId } from "./names.ts";

export function drawSources(app: App, sources: readonly string[]): TemplateResult {
  const names = [...new Set(sources)];
  return html`<span class="sources"
    >${names.map((source) => html`<span class="tag">${app.words.source[source] ?? source}</span>`)}</span
  >`;
}

function drawItem(app: App, household: Household): TemplateResult {
  const { words } = app;
  const place = [
    household.tambon === null
      ? nameOfCode(app, household.amphoe)
      : `${words.area.tambon} ${nameOfCode(app, household.tambon)}`,
    household.moo === null ? "" : `${words.household.moo} ${household.moo}`,
  ];
  const needs = NEEDS.filter((need) => household.needs[need] === true).map((need) => words.need[need]);
  return html`<li>
    <button
      type="button"
      class="household-item"
      data-household=${household.household_id}
      @click=${() => app.go({ household: household.household_id })}
    >
      <span class="household-name"
        >${household.head_name ?? `${words.list.noName} ${shortId(household.household_id)}`}</span
      >
      <span class="fine"
        >${place.filter((part) => part !== "").join(" · ")} ·
        ${words.list.people(whole(household.persons))}</span
      >
      ${drawSources(app, household.sources)}
      ${needs.length === 0 ? nothing : html`<span class="fine needs">${needs.join(" · ")}</span>`}
    </button>
  </li>`;
}

function drawList(app: App): TemplateResult {
  const { words, slots } = app;
  return show(app, slots.list, (page) => {
    if (page.items.length === 0) return html`<p class="note">${words.list.empty}</p>`;
    return html`<ul class="household-list" aria-busy=${slots.list.isLoading ? "true" : "false"}>
        ${page.items.map((item) => drawItem(app, item))}
      </ul>
      ${
        page.next === null
          ? nothing
          : html`<button
              type="button"
              class="more"
              ?disabled=${slots.list.isLoading}
              @click=${() => app.moreHouseholds()}
            >
              ${words.list.more}
            </button>`
      }`;
  });
}

function readNeed(event: Event): Need | "" {
  const value = event.target instanceof HTMLSelectElement ? event.target.value : "";
  return NEEDS.find((need) => need === value) ?? "";
}

/** The search form and what it found; a sentence for those who may not see households. */
export function drawSearch(app: App): TemplateResult {
  const { words, desk, session, view } = app;
  if (!mayListHouseholds(session)) {
    return html`<section class="households">
      <h3>${words.list.heading}</h3>
      <p class="note">${words.list.needKey}</p>
    </section>`;
  }
  const search = (event: SubmitEvent): void => {
    event.preventDefault();
    const field =
      event.currentTarget instanceof HTMLFormElement ? event.currentTarget.elements.namedItem("text") : null;
    if (field instanceof HTMLInputElement) app.set({ search: { ...desk.search, text: field.value } });
  };
  const isAsked = view.area !== null || desk.search.text.trim() !== "" || desk.search.need !== "";
  return html`<section class="households" aria-labelledby="households-heading">
    <h3 id="households-heading">${view.area === null ? words.list.search : words.list.heading}</h3>
    <form class="search" role="search" @submit=${search}>
      ${
        maySearchText(session)
          ? html`<div class="field-row">
              <input
                name="text"
                type="search"
                .value=${desk.search.text}
                placeholder=${words.list.searchHint}
                aria-label=${words.list.searchHint}
                autocomplete="off"
              />
              <button type="submit">${words.time.go}</button>
            </div>`
          : nothing
      }
      <select
        aria-label=${words.list.allNeeds}
        @change=${(event: Event) => app.set({ search: { ...desk.search, need: readNeed(event) } })}
      >
        <option value="" .selected=${desk.search.need === ""}>${words.list.allNeeds}</option>
        ${NEEDS.map((need) => html`<option value=${need} .selected=${desk.search.need === need}>${words.need[need]}</option>`)}
      </select>
    </form>
    ${isAsked ? drawList(app) : nothing}
  </section>`;
}
