/** What happened to a household, each event with its three dates. */

import { type TemplateResult, html } from "lit-html";
import type { App } from "../app.ts";
import { formatInstant, formatInstantDay } from "../calendar.ts";
import { whole } from "../numbers.ts";
import type { TimelineItem } from "../shapes.ts";
import { show } from "./messages.ts";

function toneOf(kind: string): string {
  if (kind.includes("link")) return "is-link";
  if (kind.includes("assist")) return kind.includes("void") ? "is-void" : "is-help";
  return kind.includes("withdraw") ? "is-void" : "is-record";
}

function drawItem(app: App, item: TimelineItem): TemplateResult {
  const { words, view } = app;
  const summary = view.lang === "th" ? item.summary_th : item.summary_en;
  const day = (instant: string | null): string =>
    instant === null ? words.household.unknownDay : formatInstantDay(instant, view.lang);
  const agency = app.slots.agencies.value?.get(item.agency ?? item.source);
  const who =
    (view.lang === "th" ? agency?.name_th : agency?.name_en) ??
    words.source[item.source] ??
    item.agency ??
    item.source;
  return html`<li class=${toneOf(item.kind)} data-kind=${item.kind}>
    <p class="timeline-what">${summary}</p>
    <p class="fine">${who}</p>
    <dl class="dates">
      <div>
        <dt>${words.household.happened}</dt>
        <dd>${day(item.happened_at)}</dd>
      </div>
      <div>
        <dt>${words.household.reported}</dt>
        <dd>${day(item.reported_at)}</dd>
      </div>
      <div>
        <dt>${words.household.recorded}</dt>
        <dd>
          ${formatInstant(item.recorded_at, view.lang)}
          <button
            type="button"
            class="link"
            title=${words.household.seeThen}
            @click=${() => app.go({ asOf: `seq:${item.sequence}` })}
          >
            ${words.time.event(whole(item.sequence))}
          </button>
        </dd>
      </div>
    </dl>
  </li>`;
}

export function drawTimeline(app: App): TemplateResult {
  const { words, slots } = app;
  return html`<section aria-labelledby="timeline-heading">
    <h3 id="timeline-heading">${words.household.timeline}</h3>
    <p class="fine">${words.household.timelineHint}</p>
    ${show(
      app,
      slots.timeline,
      (timeline) =>
        html`<ol class="timeline">
          ${timeline.items.map((item) => drawItem(app, item))}
        </ol>`,
    )}
  </section>`;
}
