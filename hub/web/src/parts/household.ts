/** One household: every value with where it comes from, its people, its records. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import { formatInstantDay } from "../calendar.ts";
import { whole } from "../numbers.ts";
import { mayListHouseholds } from "../session.ts";
import { type FieldValue, type HouseholdDetail, NEEDS, type Person, type Sourced } from "../shapes.ts";
import { drawPanelHead } from "./area.ts";
import { drawSources } from "./households.ts";
import { show } from "./messages.ts";
import { nameOfCode, shortId } from "./names.ts";
import { drawTimeline } from "./timeline.ts";

const THAI = /[\u0e00-\u0e7f]/;
const FIELDS = ["head_name", "house_no", "house_code", "amphoe", "tambon", "moo", "point", "level"] as const;

/** A value of a field in words. Unknown and false differ: one is a dash, the other a word. */
function sayField(app: App, field: string, value: unknown): string {
  const { words } = app;
  if (value === null || value === undefined) return words.needState.unknown;
  if (typeof value === "boolean") return value ? words.needState.need : words.needState.no_need;
  if (field === "amphoe" || field === "tambon") return nameOfCode(app, String(value));
  if (typeof value === "object") {
    const lon: unknown = Reflect.get(value, "lon");
    const lat: unknown = Reflect.get(value, "lat");
    if (typeof lon === "number" && typeof lat === "number") return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
    return JSON.stringify(value);
  }
  return String(value);
}

function drawOther(app: App, field: string, other: Sourced): TemplateResult {
  const { words, view } = app;
  return html`<li>
    ${sayField(app, field, other.value)}
    <span class="tag">${words.source[other.source] ?? other.source}</span>
    <span class="fine">${formatInstantDay(other.happened_at, view.lang)}</span>
  </li>`;
}

function drawValue(app: App, field: string, value: FieldValue): TemplateResult {
  const { words, view } = app;
  const isNeed = NEEDS.some((need) => need === field);
  const differing = value.others.filter(
    (other) => JSON.stringify(other.value) !== JSON.stringify(value.value),
  );
  const state = value.value === true ? "is-need" : value.value === false ? "is-no_need" : "is-unknown";
  return html`<tr>
    <th scope="row">${words.household.fields[field] ?? field}</th>
    <td>
      ${isNeed ? html`<span class="need-mark ${state}">${sayField(app, field, value.value)}</span>` : sayField(app, field, value.value)}
      ${
        differing.length === 0
          ? nothing
          : html`<details class="differs">
              <summary>${words.household.differs(differing.length)}</summary>
              <ul>
                ${differing.map((other) => drawOther(app, field, other))}
              </ul>
            </details>`
      }
    </td>
    <td>
      ${value.source === null ? "–" : html`<span class="tag">${words.source[value.source] ?? value.source}</span>`}
    </td>
    <td class="fine">${value.happened_at === null ? "–" : formatInstantDay(value.happened_at, view.lang)}</td>
  </tr>`;
}

function drawValues(app: App, household: HouseholdDetail): TemplateResult {
  const { words } = app;
  const known = [...FIELDS, ...NEEDS].flatMap((field) => {
    const value = household.values[field];
    return value === undefined ? [] : [[field, value] as const];
  });
  return html`<section aria-labelledby="values-heading">
    <h3 id="values-heading">${words.household.values}</h3>
    <table class="values">
      <thead>
        <tr>
          <th scope="col">${words.household.field}</th>
          <th scope="col">${words.household.value}</th>
          <th scope="col">${words.household.from}</th>
          <th scope="col">${words.household.since}</th>
        </tr>
      </thead>
      <tbody>
        ${known.map(([field, value]) => drawValue(app, field, value))}
      </tbody>
    </table>
  </section>`;
}

/** A Thai title joins the first name without a space. */
function nameOfPerson(person: Person): string {
  const title = person.title ?? "";
  const first = THAI.test(title) ? title + (person.first_name ?? "") : `${title} ${person.first_name ?? ""}`;
  return `${first} ${person.last_name ?? ""}`.trim();
}

function drawPerson(app: App, person: Person): TemplateResult {
  const name = nameOfPerson(person);
  return html`<li>
    <span class=${person.at_home ? "" : "is-elsewhere"}
      >${name === "" ? `${app.words.overview.persons.name} ${shortId(person.person_id)}` : name}</span
    >
    ${person.at_home ? nothing : html`<span class="fine">${app.words.household.elsewhere}</span>`}
    ${drawSources(
      app,
      person.members.map((member) => member.source),
    )}
  </li>`;
}

function drawRecords(app: App, household: HouseholdDetail): TemplateResult {
  const { words, view } = app;
  return html`<section aria-labelledby="records-heading">
    <h3 id="records-heading">${words.household.records}</h3>
    <ul class="records">
      ${household.records.map(
        (record) =>
          html`<li>
            <span class="tag">${words.source[record.source] ?? record.source}</span>
            <span>${words.household.round} ${record.period}</span>
            <span class="fine"
              >${formatInstantDay(record.happened_at, view.lang)} ·
              ${words.time.event(whole(record.sequence))}</span
            >
          </li>`,
      )}
    </ul>
  </section>`;
}

function drawDetail(app: App, household: HouseholdDetail): TemplateResult {
  const { words } = app;
  const { actions, amount_thb: amount } = household.assistance;
  return html`<div class="household-top">
      <p>${words.household.sources} ${drawSources(app, household.sources)}</p>
      <p class="fine">
        ${household.household_id}
        ${household.aliases.length > 0 ? html`<br />${words.household.aliases(household.aliases.length)}` : nothing}
        ${household.resolved_from === undefined ? nothing : html`<br />${words.household.resolved}`}
      </p>
      <p>
        <strong>${words.household.help}</strong> ${words.household.helpSum(whole(actions), whole(amount))}
      </p>
    </div>
    ${drawValues(app, household)}
    <section aria-labelledby="people-heading">
      <h3 id="people-heading">${words.household.people} (${whole(household.persons_at_home)})</h3>
      <ul class="people">
        ${household.persons.map((person) => drawPerson(app, person))}
      </ul>
    </section>
    ${drawTimeline(app)} ${drawRecords(app, household)}`;
}

export function drawHousehold(app: App, id: string): TemplateResult {
  const { words, slots, view, session } = app;
  const value = slots.household.value;
  const isOther = value !== null && value.household_id !== id && value.resolved_from !== id;
  const name = value?.head_name ?? shortId(id);
  const back = html`<button type="button" class="link up" @click=${() => app.go({ household: null })}>
    ← ${view.area === null ? words.area.back : nameOfCode(app, view.area)}
  </button>`;
  const { problem } = slots.household;
  return html`${drawPanelHead(app, words.household.heading, isOther ? shortId(id) : name, back)}
    <div class="panel-body household" aria-busy=${slots.household.isLoading ? "true" : "false"}>
      ${
        !mayListHouseholds(session)
          ? html`<p class="note">${words.household.needKey}</p>`
          : problem?.status === 404
            ? html`<p class="note">${words.household.notThen}</p>`
            : show(app, slots.household, (household) => drawDetail(app, household))
      }
    </div>`;
}
