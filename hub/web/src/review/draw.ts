/** The review page: the queue on one side, the two records side by side on the other. */

import { type TemplateResult, html, nothing } from "lit-html";
import { whole } from "../numbers.ts";
import { isKey } from "../session.ts";
import type { Slot } from "../slot.ts";
import type { Desk } from "./desk.ts";
import { drawPair } from "./pair.ts";
import type { Queue, Review } from "./shapes.ts";

export function drawReviewPage(desk: Desk): TemplateResult {
  const { words, lang, session } = desk;
  const other = lang === "th" ? "en" : "th";
  return html`<header class="head">
      <div class="head-inner">
        <div class="head-title">
          <h1>${words.title}</h1>
          <p>${words.help}</p>
        </div>
        <div class="head-tools">
          <a class="review-back" href="/">${words.back}</a>
          ${
            session === null
              ? nothing
              : html`<button type="button" @click=${() => desk.enter(null)}>${words.leave}</button>`
          }
          <button type="button" class="quiet language" lang=${other} @click=${() => desk.speak(other)}>
            ${words.otherLanguage}
          </button>
        </div>
      </div>
    </header>
    <main class="review">${session === null ? drawDoor(desk) : html`${drawQueue(desk)} ${drawOpen(desk)}`}</main>`;
}

function useOwnKey(desk: Desk, event: SubmitEvent): void {
  event.preventDefault();
  if (!(event.currentTarget instanceof HTMLFormElement)) return;
  const field = event.currentTarget.elements.namedItem("key");
  const key = field instanceof HTMLInputElement ? field.value.trim() : "";
  if (isKey(key)) desk.enter({ key, role: null });
}

function drawDoor(desk: Desk): TemplateResult {
  const { words } = desk;
  const steward = desk.roles.value?.find((role) => role.role === "steward");
  return html`<section class="review-door">
    <h2>${words.needKey}</h2>
    ${
      steward === undefined
        ? nothing
        : html`<button
            type="button"
            class="strong"
            data-role="steward"
            @click=${() => desk.enter({ key: steward.key, role: "steward" })}
          >
            ${words.tryAs}
          </button>`
    }
    <form @submit=${(event: SubmitEvent) => useOwnKey(desk, event)}>
      <label for="own-key">${words.ownKey}</label>
      <div class="field-row">
        <input id="own-key" name="key" type="password" autocomplete="off" spellcheck="false" placeholder="hub_…" />
        <button type="submit">${words.use}</button>
      </div>
    </form>
  </section>`;
}

export function drawTrouble(desk: Desk, slot: Slot<unknown>): TemplateResult {
  const { problem } = slot;
  if (problem === null) return html`<p class="note" role="status">${desk.words.loading}</p>`;
  return html`<div class="problem" role="alert">
    <p>${desk.lang === "th" ? problem.detailTh : problem.detail}</p>
    <button type="button" @click=${() => slot.retry()}>${desk.words.retry}</button>
  </div>`;
}

function drawEntry(desk: Desk, review: Review): TemplateResult {
  const { words, open } = desk;
  const isOpen = open?.review === review.review;
  return html`<li>
    <button
      type="button"
      class="review-entry"
      data-review=${review.review}
      aria-pressed=${isOpen ? "true" : "false"}
      @click=${() => desk.show(review)}
    >
      <span class="review-top">
        <span class="tag is-${review.kind}">${words.level[review.level]} · ${words.kind[review.kind]}</span>
        <strong>${whole(review.amount_thb)} ${words.baht}</strong>
      </span>
      <span>${review.sources.map((source) => words.source[source] ?? source).join(" ↔ ")}</span>
      <span class="fine">
        ${words.tambon} ${review.tambon ?? "–"} · ${whole(review.persons)} ${words.persons} ·
        ${whole(review.unserved)} ${words.unserved}
      </span>
      ${review.claim === null ? nothing : html`<span class="fine">${review.claim.mine ? words.mine : words.taken}</span>`}
    </button>
  </li>`;
}

function sayAgreement(desk: Desk, queue: Queue): TemplateResult | typeof nothing {
  const { rate, answered, share_percent: share } = queue.agreement;
  if (rate === null) return nothing;
  return html`<p class="fine">
    ${desk.words.agreement(`${Math.round(rate * 100)}%`, whole(answered), String(share))}
  </p>`;
}

function drawQueue(desk: Desk): TemplateResult {
  const { words, queue } = desk;
  const page = queue.value;
  return html`<section class="review-queue" aria-labelledby="queue-heading">
    <h2 id="queue-heading">${words.queue}${page === null ? "" : ` (${whole(page.total)})`}</h2>
    ${
      page === null
        ? drawTrouble(desk, queue)
        : html`${sayAgreement(desk, page)}
            ${page.items.length === 0 ? html`<p class="note">${words.empty}</p>` : nothing}
            <ul>
              ${page.items.map((review) => drawEntry(desk, review))}
            </ul>
            ${
              page.next === null
                ? nothing
                : html`<button type="button" ?disabled=${queue.isLoading} @click=${() => desk.more()}>${words.more}</button>`
            }`
    }
  </section>`;
}

function drawOpen(desk: Desk): TemplateResult {
  const { words, open, pair, last, problem, lang } = desk;
  return html`<section class="review-open" aria-live="polite">
    ${
      last === null
        ? nothing
        : html`<p class="review-done">
            ✓ ${words.done}: ${words.verdict[last.verdict]}
            <button type="button" class="link" id="undo" @click=${() => desk.undo()}>${words.undo}</button>
          </p>`
    }
    ${problem === null ? nothing : html`<p class="problem" role="alert">${lang === "th" ? problem.detailTh : problem.detail}</p>`}
    ${
      open === null
        ? html`<p class="note">${words.choose}</p>`
        : pair.value === null || !pair.isCurrent
          ? drawTrouble(desk, pair)
          : drawPair(desk, open, pair.value)
    }
    <p class="fine review-keys">${words.keys}</p>
  </section>`;
}
