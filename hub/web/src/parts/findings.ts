/** What is to be looked at: findings by kind, area and state, each with its reason and a way to its household. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App, FindingSearch } from "../app.ts";
import { formatInstantDay } from "../calendar.ts";
import { whole } from "../numbers.ts";
import { mayListFindings } from "../session.ts";
import { FINDING_KINDS, FINDING_STATES, type Finding } from "../shapes.ts";
import { drawAreaChoice, drawMore, sayPlace } from "./list_panel.ts";
import { show } from "./messages.ts";
import { shortId } from "./names.ts";

function sayAgency(app: App, agency: string): string {
  const known = app.slots.agencies.value?.get(agency);
  const name = app.view.lang === "th" ? known?.name_th : (known?.name_en ?? known?.name_th);
  return name ?? agency;
}

function drawFinding(app: App, finding: Finding): TemplateResult {
  const { words, view } = app;
  const since = `${words.findings.since} ${formatInstantDay(finding.valid_from, view.lang)}`;
  const until =
    finding.valid_until === null
      ? ""
      : ` ${words.findings.until} ${formatInstantDay(finding.valid_until, view.lang)}`;
  const need = finding.need === "unknown" ? words.needState.unknown : words.need[finding.need];
  return html`<li class="finding" data-finding=${finding.id} data-kind=${finding.kind} data-state=${finding.state}>
    <p class="finding-head">
      <strong>${words.findings.class[finding.class] ?? finding.class}</strong>
      <span class="tag">${need}</span>
      <span class="tag state-${finding.state}">${words.findings.state[finding.state]}</span>
    </p>
    <p>${view.lang === "th" ? finding.reason_th : finding.reason_en}</p>
    <p class="fine">
      ${sayPlace(app, finding)} · ${since}${until}
      ${finding.amount_thb === null ? nothing : html` · ${whole(finding.amount_thb)} ${words.baht}`}
    </p>
    ${
      finding.agencies.length === 0
        ? nothing
        : html`<p class="fine">${finding.agencies.map((agency) => sayAgency(app, agency)).join(" · ")}</p>`
    }
    <button
      type="button"
      class="link"
      data-household=${finding.household_id}
      @click=${() => app.go({ household: finding.household_id })}
    >
      ${words.findings.openHousehold} ${shortId(finding.household_id)}
    </button>
  </li>`;
}

function drawChoice<T extends string>(
  name: string,
  all: string,
  values: readonly T[],
  names: Record<T, string>,
  chosen: T | "",
  choose: (value: T | "") => void,
): TemplateResult {
  const read = (event: Event): void => {
    const text = event.target instanceof HTMLSelectElement ? event.target.value : "";
    choose(values.find((value) => value === text) ?? "");
  };
  return html`<select name=${name} aria-label=${all} @change=${read}>
    <option value="" .selected=${chosen === ""}>${all}</option>
    ${values.map((value) => html`<option value=${value} .selected=${chosen === value}>${names[value]}</option>`)}
  </select>`;
}

export function drawFindings(app: App): TemplateResult {
  const { words, session, desk, slots } = app;
  if (!mayListFindings(session)) return html`<p class="note">${words.findings.needKey}</p>`;
  const narrow = (change: Partial<FindingSearch>): void =>
    app.set({ findings: { ...desk.findings, ...change } });
  const { kind, state } = desk.findings;
  return html`<p class="fine">${words.findings.noBlame}</p>
    <div class="list-filters">
      ${drawChoice("kind", words.findings.allKinds, FINDING_KINDS, words.findings.kind, kind, (value) => narrow({ kind: value }))}
      ${drawAreaChoice(app)}
      ${drawChoice("state", words.findings.allStates, FINDING_STATES, words.findings.state, state, (value) => narrow({ state: value }))}
    </div>
    ${show(app, slots.findings, (page) =>
      page.items.length === 0
        ? html`<p class="note">${words.findings.empty}</p>`
        : html`<p class="fine list-count">
              ${page.total === undefined ? nothing : words.findings.count(whole(page.total), whole(page.households ?? 0))}
            </p>
            <ul class="finding-list" aria-busy=${slots.findings.isLoading ? "true" : "false"}>
              ${page.items.map((finding) => drawFinding(app, finding))}
            </ul>
            ${drawMore(app, page.next, slots.findings.isLoading)}`,
    )}`;
}
