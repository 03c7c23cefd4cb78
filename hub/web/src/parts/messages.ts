/** What is said while something is on its way, has failed or is not there. */

import { type TemplateResult, html } from "lit-html";
import type { App } from "../app.ts";
import type { Slot } from "../slot.ts";

export function sayLoading(app: App): TemplateResult {
  return html`<p class="note is-loading" role="status">${app.words.loading}</p>`;
}

export function sayProblem(app: App, slot: Slot<unknown>): TemplateResult {
  const { problem } = slot;
  if (problem === null) return html``;
  return html`<div class="problem" role="alert">
    <p>${app.say(problem)}</p>
    <p class="fine">${problem.code}</p>
    <button type="button" class="quiet" @click=${() => slot.retry()}>${app.words.retry}</button>
  </div>`;
}

/** The value when it is there, else why it is not. */
export function show<T>(app: App, slot: Slot<T>, draw: (value: T) => TemplateResult): TemplateResult {
  if (slot.value !== null) return html`${sayProblem(app, slot)}${draw(slot.value)}`;
  return slot.problem === null ? sayLoading(app) : sayProblem(app, slot);
}
