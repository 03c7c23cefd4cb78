/** The basis of everything on the page: two axes, quiet while both are at today and loud when not. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import {
  dayOf,
  endedFiscalYears,
  formatDay,
  formatInstant,
  isDay,
  monthEnds,
  parseDay,
} from "../calendar.ts";
import { whole } from "../numbers.ts";
import type { Basis } from "../shapes.ts";
import { type View, isToday, sequenceOf, writeView } from "../view.ts";

/** The first day of fiscal year 2565, the first year that the sources speak of. */
const FIRST_DAY = "2021-10-01";
const FISCAL_YEARS = 5;
const EVENT_STEPS = 400;

type Axis = "validAt" | "asOf";

/** A moment of the address in words. */
export function sayMoment(app: App, moment: string): string {
  const { words, view } = app;
  const sequence = sequenceOf(moment);
  if (sequence !== null) return words.time.event(whole(sequence));
  return isDay(moment) ? formatDay(moment, view.lang) : formatInstant(moment, view.lang, true);
}

function sayBasis(app: App, basis: Basis): string {
  const { words, view } = app;
  const parts = [`${words.time.validAt}: ${formatInstant(basis.valid_at, view.lang)}`];
  parts.push(
    `${words.time.asOf}: ${basis.sequence === 0 ? words.time.noEvent : words.time.event(whole(basis.sequence))}`,
  );
  if (basis.as_of !== null)
    parts.push(`${words.time.recordedAt} ${formatInstant(basis.as_of, view.lang, true)}`);
  return parts.join(" · ");
}

function sayChoice(app: App): TemplateResult[] {
  const { view, words, today } = app;
  return (["validAt", "asOf"] as const).flatMap((axis) => {
    const moment = view[axis];
    if (moment === null || moment === today) return [];
    return [
      html`<span class="time-choice"
        >${words.time[axis]}: <span class="whole-text">${sayMoment(app, moment)}</span></span
      >`,
    ];
  });
}

/** The view with both axes fixed to what the answer rested on. */
function pinned(view: View, basis: Basis): View {
  return { ...view, validAt: view.validAt ?? basis.valid_at, asOf: `seq:${basis.sequence}` };
}

export function drawTimeBar(app: App): TemplateResult {
  const { view, words, desk, today } = app;
  const { overview } = app.slots;
  const basis = overview.isCurrent ? overview.value : null;
  const isNow = isToday(view, today);
  return html`<section
    class="time ${isNow ? "" : "is-loud"}"
    aria-label=${words.time.basis}
    data-today=${isNow ? "yes" : "no"}
  >
    <div class="time-inner">
      <div class="time-said" role="status">
        ${
          isNow
            ? html`<p class="time-main">
                <span class="time-mark" aria-hidden="true"></span>${words.time.live} ·
                ${formatDay(today, view.lang)}
              </p>`
            : html`<p class="time-main">
                <span class="time-mark" aria-hidden="true">!</span
                ><strong>${words.time.notToday}</strong> ${sayChoice(app)}
              </p>`
        }
        <p class="time-basis">
          ${basis !== null ? sayBasis(app, basis) : overview.problem !== null ? words.noAnswer : words.loading}
        </p>
        ${basis !== null && view.validAt !== null && isMoved(view.validAt, basis) ? html`<p class="time-moved">${words.time.moved}</p>` : nothing}
      </div>
      <div class="time-tools">
        ${
          isNow
            ? nothing
            : html`<button
                type="button"
                class="strong"
                id="back-to-today"
                @click=${() => app.go({ validAt: null, asOf: null })}
              >
                ${words.time.backToToday}
              </button>`
        }
        <button
          type="button"
          id="choose-time"
          aria-expanded=${desk.isTimeOpen ? "true" : "false"}
          aria-controls="time-choices"
          @click=${() => app.set({ isTimeOpen: !desk.isTimeOpen, fault: null })}
        >
          ${desk.isTimeOpen ? words.time.done : words.time.change}
        </button>
      </div>
    </div>
    ${desk.isTimeOpen ? drawChoices(app) : nothing} ${basis?.sequence === 0 ? drawNothingYet(app) : nothing}
  </section>`;
}

function isMoved(asked: string, basis: Basis): boolean {
  const got = dayOf(new Date(basis.valid_at));
  return isDay(asked) ? got !== asked : Math.abs(Date.parse(asked) - Date.parse(basis.valid_at)) > 1000;
}

function drawNothingYet(app: App): TemplateResult {
  const { words, view } = app;
  if (view.asOf === null) return html`<p class="nothing-yet" role="status">${words.time.emptyHub}</p>`;
  const day = sequenceOf(view.asOf) === null ? view.asOf : null;
  return html`<div class="nothing-yet" role="alert">
    <p><strong>${words.time.nothingYet}</strong></p>
    <p>${words.time.nothingYetHelp}</p>
    ${
      day === null
        ? nothing
        : html`<button type="button" class="strong" @click=${() => app.go({ validAt: day, asOf: null })}>
            ${words.time.useValidAt}
          </button>`
    }
  </div>`;
}

function drawChoices(app: App): TemplateResult {
  const { words } = app;
  const basis = app.slots.overview.value;
  return html`<div class="time-choices" id="time-choices">
    <div class="axes">
      ${drawAxis(app, "validAt", words.time.validAt, words.time.validAtHelp)}
      ${drawAxis(app, "asOf", words.time.asOf, words.time.asOfHelp)}
    </div>
    ${
      basis === null
        ? nothing
        : html`<label class="pin">
            <span>${words.time.pin}</span>
            <input
              readonly
              .value=${location.origin + writeView(pinned(app.view, basis))}
              @focus=${(event: FocusEvent) => event.target instanceof HTMLInputElement && event.target.select()}
            />
            <span class="fine">${words.time.pinHelp}</span>
          </label>`
    }
  </div>`;
}

function readTyped(app: App, axis: Axis, typed: string): string | null {
  if (axis === "asOf" && sequenceOf(typed.trim()) !== null) return typed.trim();
  const parsed = parseDay(typed);
  if ("iso" in parsed) return parsed.iso;
  app.set({ fault: `${axis}:${app.words.time.faults[parsed.fault]}` });
  return null;
}

function submit(app: App, axis: Axis, event: SubmitEvent): void {
  event.preventDefault();
  if (!(event.currentTarget instanceof HTMLFormElement)) return;
  const field = event.currentTarget.elements.namedItem(axis);
  const moment = field instanceof HTMLInputElement ? readTyped(app, axis, field.value) : null;
  if (moment === null) return;
  app.set({ fault: null });
  app.go({ [axis]: moment });
}

function drawAxis(app: App, axis: Axis, name: string, help: string): TemplateResult {
  const { words, view, today, desk } = app;
  const chosen = view[axis];
  const fault = desk.fault?.startsWith(`${axis}:`) ? desk.fault.slice(axis.length + 1) : null;
  const typed = axis === "asOf" ? words.time.typedAsOf : words.time.typed;
  const shown = chosen === null ? "" : sequenceOf(chosen) === null ? sayMoment(app, chosen) : chosen;
  return html`<fieldset class="axis" data-axis=${axis}>
    <legend>${name}</legend>
    <p class="fine">${help}</p>
    <div class="choices" role="group" aria-label=${words.time.fiscalYear}>
      <button
        type="button"
        class="choice"
        aria-pressed=${chosen === null ? "true" : "false"}
        @click=${() => app.go({ [axis]: null })}
      >
        ${words.time.today}
      </button>
      ${endedFiscalYears(today, FISCAL_YEARS).map(
        ({ year, end }) =>
          html`<button
            type="button"
            class="choice"
            data-day=${end}
            aria-pressed=${chosen === end ? "true" : "false"}
            @click=${() => app.go({ [axis]: end })}
          >
            ${words.time.fiscalYearEnd(year)}
          </button>`,
      )}
    </div>
    <form class="field-row" @submit=${(event: SubmitEvent) => submit(app, axis, event)}>
      <input name=${axis} .value=${shown} aria-label=${typed} placeholder=${typed} autocomplete="off" />
      <button type="submit">${words.time.go}</button>
    </form>
    ${fault === null ? nothing : html`<p class="fault" role="alert">${fault}</p>`}
    ${axis === "validAt" ? drawDaySlider(app) : drawEventSlider(app)}
  </fieldset>`;
}

function drawDaySlider(app: App): TemplateResult {
  const { view, today, words } = app;
  const days = monthEnds(FIRST_DAY, today);
  const day =
    view.validAt === null ? today : isDay(view.validAt) ? view.validAt : dayOf(new Date(view.validAt));
  const reached = days.findIndex((each) => each >= day);
  const place = reached === -1 ? days.length - 1 : reached;
  const dayAt = (event: Event): string =>
    (event.target instanceof HTMLInputElement && days[event.target.valueAsNumber]) || today;
  return html`<label class="slider">
    <span class="fine">${words.time.slider}</span>
    <input
      type="range"
      min="0"
      max=${days.length - 1}
      step="1"
      .value=${String(place)}
      aria-valuetext=${formatDay(day, view.lang)}
      @input=${(event: Event) => app.go({ validAt: dayAt(event) === today ? null : dayAt(event) }, true)}
    />
    <output>${formatDay(day, view.lang, true)}</output>
  </label>`;
}

function drawEventSlider(app: App): TemplateResult {
  const { view, words } = app;
  const basis = app.slots.overview.value;
  const newest = (view.asOf === null ? basis : app.slots.newest.value)?.sequence ?? 0;
  if (newest === 0) return html``;
  const at = view.asOf === null ? newest : (sequenceOf(view.asOf) ?? basis?.sequence ?? newest);
  const choose = (event: Event): void => {
    if (!(event.target instanceof HTMLInputElement)) return;
    const sequence = Math.round((event.target.valueAsNumber * newest) / EVENT_STEPS);
    app.go({ asOf: sequence >= newest ? null : `seq:${sequence}` }, true);
  };
  return html`<label class="slider">
    <span class="fine">${words.time.sliderEvents}</span>
    <input
      type="range"
      min="0"
      max=${EVENT_STEPS}
      step="1"
      .value=${String(Math.round((at * EVENT_STEPS) / newest))}
      aria-valuetext=${words.time.event(whole(at))}
      @input=${choose}
    />
    <output>${words.time.event(whole(at))}</output>
  </label>`;
}
