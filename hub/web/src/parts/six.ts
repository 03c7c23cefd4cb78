/** The six numbers of the province: how sure each is, and a way to exactly the households that it counts. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import { whole } from "../numbers.ts";
import { type Overview, SIX, type SixName, type SixNumber } from "../shapes.ts";
import { sayCount } from "./overview.ts";

/** What makes a number less sure than it looks. */
function drawDoubts(app: App, number: SixNumber): TemplateResult[] {
  const words = app.words.six;
  const found: TemplateResult[] = [];
  const { low, high, suspected, confirmed, silent_agencies: silent } = number;
  if (typeof low === "number" && typeof high === "number" && low !== high)
    found.push(html`<span class="fine between">${words.between(whole(low), whole(high))}</span>`);
  if (number.on_undecided)
    found.push(html`<span class="fine">${words.onUndecided(whole(number.on_undecided))}</span>`);
  if (typeof suspected === "number" && typeof confirmed === "number")
    found.push(html`<span class="fine">${words.confirmed(whole(suspected), whole(confirmed))}</span>`);
  if (silent !== undefined && silent.length > 0)
    found.push(html`<span class="fine">${words.silent(whole(silent.length))}</span>`);
  return found;
}

function drawNumber(app: App, name: SixName, number: SixNumber): TemplateResult {
  const { view, words } = app;
  const isOpen = view.list === name && view.household === null;
  const definition = view.lang === "th" ? number.definition_th : number.definition_en;
  return html`<li>
    <button
      type="button"
      class="six-number"
      data-list=${name}
      aria-pressed=${isOpen ? "true" : "false"}
      aria-label=${`${words.six.open(words.six.names[name])} (${number.value === null ? words.hidden : whole(number.value)})`}
      title=${definition}
      @click=${() => app.go({ list: isOpen ? null : name, household: null })}
    >
      <span class="six-name">${words.six.names[name]}</span>
      <span class="six-value">${sayCount(app, number.value)}</span>
      ${drawDoubts(app, number)}
    </button>
  </li>`;
}

export function drawSix(app: App, overview: Overview): TemplateResult | typeof nothing {
  const { words, view } = app;
  const { numbers } = overview;
  if (numbers === undefined) return nothing;
  return html`<div class="six" role="group" aria-label=${words.six.heading}>
    <ul>
      ${SIX.map((name) => {
        const number = numbers[name];
        return number === undefined ? nothing : drawNumber(app, name, number);
      })}
    </ul>
    <button
      type="button"
      class="link six-findings"
      data-list="findings"
      @click=${() => app.go({ list: view.list === "findings" ? null : "findings", household: null })}
    >
      ${words.findings.open}
    </button>
  </div>`;
}
