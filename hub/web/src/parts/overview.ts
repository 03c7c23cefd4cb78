/** The numbers of the whole province, each with what it means. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import { baht, percent, whole } from "../numbers.ts";
import { type Count, NEEDS, type Overview } from "../shapes.ts";
import type { Explained } from "../words/words.ts";
import { show } from "./messages.ts";
import { drawSix } from "./six.ts";

const SOURCES: readonly string[] = ["tpmap", "pppconnext", "thaiqm", "mso_logbook"];

export function sayCount(app: App, count: Count | undefined): TemplateResult | string {
  if (count === undefined) return "–";
  return count === null
    ? html`<span class="hidden-count" title=${app.words.hiddenLong}>${app.words.hidden}</span>`
    : whole(count);
}

/** A card named by the first of the explained numbers; the definitions of all of them open together. */
function drawCard(
  app: App,
  id: string,
  explained: readonly [Explained, ...Explained[]],
  body: TemplateResult,
): TemplateResult {
  const { words, desk } = app;
  const isOpen = desk.definition === id;
  return html`<article class="card" data-number=${id}>
    <div class="card-head">
      <h3>${explained[0].name}</h3>
      <button
        type="button"
        class="info"
        aria-expanded=${isOpen ? "true" : "false"}
        aria-label=${`${words.whatIsThis} ${explained[0].name}`}
        @click=${() => app.set({ definition: isOpen ? null : id })}
      >
        i
      </button>
    </div>
    ${isOpen ? html`<div class="definition" role="note">${explained.map(drawDefinition)}</div>` : nothing}
    ${body}
  </article>`;
}

function drawDefinition(explained: Explained, place: number): TemplateResult {
  return html`<p>
    ${place === 0 ? nothing : html`<strong>${explained.name}</strong> `}${explained.definition}
  </p>`;
}

/** A bar whose length is a part of `total`; the number stands beside it, so the bar says nothing new. */
export function drawBar(part: Count, total: number, tone = ""): TemplateResult {
  const width = part === null || total <= 0 ? 0 : Math.min(100, (100 * part) / total);
  return html`<span class="bar ${tone}" aria-hidden="true"
    ><span .style=${`inline-size:${width.toFixed(2)}%`}></span
  ></span>`;
}

function sum(counts: Record<string, Count>): Count {
  let total = 0;
  for (const count of Object.values(counts)) {
    if (count === null) return null;
    total += count;
  }
  return total;
}

/** The four databases in the order in which people name them, then whatever else delivers. */
function inSourceOrder(records: Record<string, Count>): [string, Count][] {
  const place = (source: string): number => {
    const found = SOURCES.indexOf(source);
    return found === -1 ? SOURCES.length : found;
  };
  return Object.entries(records).sort(([a], [b]) => place(a) - place(b));
}

function drawRecords(app: App, overview: Overview): TemplateResult {
  const { words } = app;
  const entries = inSourceOrder(overview.records);
  const highest = Math.max(1, ...entries.map(([, count]) => count ?? 0));
  return drawCard(
    app,
    "records",
    [words.overview.records],
    html`<p class="figure">${sayCount(app, sum(overview.records))}</p>
      <dl class="bars">
        ${entries.map(
          ([source, count]) =>
            html`<div>
              <dt>${words.source[source] ?? source}</dt>
              <dd>${drawBar(count, highest)} <span>${sayCount(app, count)}</span></dd>
            </div>`,
        )}
      </dl>`,
  );
}

function drawHouseholds(app: App, overview: Overview): TemplateResult {
  const { words } = app;
  const entries = Object.entries(overview.in_sources);
  const highest = Math.max(1, ...entries.map(([, count]) => count ?? 0));
  const several = sum(Object.fromEntries(entries.filter(([number]) => number !== "1")));
  const total = overview.households;
  return html`${drawCard(
    app,
    "households",
    [words.overview.distinct, words.overview.persons],
    html`<p class="figure is-first">${sayCount(app, total)}</p>
      <p class="beside">
        <strong>${sayCount(app, several)}</strong> ${words.overview.moreThanOne}
        ${several !== null && total !== null ? html`<span class="share">${percent(several, total)}</span>` : nothing}
      </p>
      <p class="beside">
        <strong data-number="persons">${sayCount(app, overview.persons)}</strong>
        ${words.overview.persons.name}
      </p>`,
  )}
  ${drawCard(
    app,
    "in_sources",
    [words.overview.inSources],
    html`<dl class="bars">
      ${entries.map(
        ([number, count]) =>
          html`<div>
            <dt>${words.overview.inN(Number(number))}</dt>
            <dd>
              ${drawBar(count, highest, number === "1" ? "" : "is-second")}
              <span>${sayCount(app, count)}</span>
            </dd>
          </div>`,
      )}
    </dl>`,
  )}`;
}

function drawHelp(app: App, overview: Overview): TemplateResult {
  const { words } = app;
  const { actions, amount_thb: amount, households, unresolved } = overview.assistance;
  const total = overview.households;
  return drawCard(
    app,
    "help",
    [words.overview.help, words.overview.assisted],
    html`<p class="figure">
        ${amount === null ? sayCount(app, amount) : baht(amount, words.million)} <small>${words.baht}</small>
      </p>
      <p class="beside"><strong>${sayCount(app, actions)}</strong> ${words.overview.actions}</p>
      <p class="beside">
        <strong>${sayCount(app, households)}</strong> ${words.overview.assisted.name}
        ${households !== null && total !== null ? html`<span class="share">${percent(households, total)}</span>` : nothing}
      </p>
      ${unresolved ? html`<p class="fine">${words.overview.unresolved(whole(unresolved))}</p>` : nothing}`,
  );
}

function drawNeeds(app: App, overview: Overview): TemplateResult {
  const { words } = app;
  const states = ["need", "no_need", "unknown"] as const;
  const rows = NEEDS.map((need) => {
    const numbers = overview.needs[need];
    const known = states.reduce((all, state) => all + (numbers?.[state] ?? 0), 0);
    // What is hidden stays a gap in the bar.
    const total = Math.max(known, overview.households ?? 0);
    return html`<div>
      <dt>${words.need[need]}</dt>
      <dd>
        <span class="stack" aria-hidden="true">
          ${states.map((state) => {
            const width = total > 0 ? (100 * (numbers?.[state] ?? 0)) / total : 0;
            return html`<span class=${`is-${state}`} .style=${`inline-size:${width.toFixed(2)}%`}></span>`;
          })}
        </span>
        <span>${sayCount(app, numbers?.need)}</span>
        <span class="sr"
          >${words.needState.no_need} ${sayCount(app, numbers?.no_need)} ${words.needState.unknown}
          ${sayCount(app, numbers?.unknown)}</span
        >
      </dd>
    </div>`;
  });
  return drawCard(
    app,
    "needs",
    [words.overview.needs],
    html`<dl class="bars">${rows}</dl>
      <p class="key">
        ${states.map((state) => html`<span><i class=${`is-${state}`}></i>${words.needState[state]}</span>`)}
      </p>`,
  );
}

export function drawOverview(app: App): TemplateResult {
  const { overview } = app.slots;
  return html`<section
    class="overview ${overview.isLoading ? "is-loading" : ""}"
    aria-labelledby="overview-heading"
    aria-busy=${overview.isLoading ? "true" : "false"}
  >
    <h2 class="sr" id="overview-heading">${app.words.overview.heading}</h2>
    ${show(
      app,
      overview,
      (value) =>
        html`${drawSix(app, value)}
        <div class="cards" tabindex="-1">
          ${drawRecords(app, value)}${drawHouseholds(app, value)}${drawHelp(app, value)}${drawNeeds(app, value)}
        </div>`,
    )}
  </section>`;
}
