/** The head of the page: what it is, in which language, and with whose eyes. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import { isKey } from "../session.ts";
import type { DemoRole } from "../shapes.ts";

function roleName(app: App): string {
  const { session, words, view } = app;
  if (session === null) return words.roles.public;
  const role = app.slots.roles.value?.find((each) => each.role === session.role);
  if (role !== undefined) return view.lang === "th" ? role.name_th : role.name_en;
  return session.role ?? words.roles.withKey;
}

export function drawHeader(app: App): TemplateResult {
  const { words, view, desk } = app;
  const other = view.lang === "th" ? "en" : "th";
  return html`<header class="head">
    <a class="skip" href="#map">${words.skip}</a>
    <div class="head-inner">
      <div class="head-title">
        <h1>${words.title} <span class="head-province">${words.province}</span></h1>
        <p>${words.subtitle}</p>
      </div>
      <div class="head-tools">
        <button
          type="button"
          class="role-button"
          aria-expanded=${desk.isRolesOpen ? "true" : "false"}
          aria-controls="roles"
          @click=${() => app.set({ isRolesOpen: !desk.isRolesOpen })}
        >
          <span class="fine">${words.roles.button}</span>
          <strong>${roleName(app)}</strong>
        </button>
        <button
          type="button"
          class="quiet language"
          lang=${other}
          @click=${() => app.go({ lang: other }, true)}
        >
          ${words.otherLanguage}
        </button>
      </div>
    </div>
    ${desk.isRolesOpen ? drawRoles(app) : nothing}
  </header>`;
}

function drawRole(app: App, role: DemoRole): TemplateResult {
  const { view, session } = app;
  const isChosen = session?.role === role.role;
  return html`<button
    type="button"
    class="choice"
    data-role=${role.role}
    aria-pressed=${isChosen ? "true" : "false"}
    @click=${() => app.enter({ key: role.key, role: role.role })}
  >
    ${view.lang === "th" ? role.name_th : role.name_en}
  </button>`;
}

function useOwnKey(app: App, event: SubmitEvent): void {
  event.preventDefault();
  if (!(event.currentTarget instanceof HTMLFormElement)) return;
  const field = event.currentTarget.elements.namedItem("key");
  const key = field instanceof HTMLInputElement ? field.value.trim() : "";
  if (isKey(key)) app.enter({ key, role: null });
  else app.set({ fault: app.words.roles.notAKey });
}

function drawRoles(app: App): TemplateResult {
  const { words, desk, session } = app;
  const roles = app.slots.roles.value ?? [];
  return html`<section class="roles" id="roles" aria-label=${words.roles.button}>
    <div class="roles-inner">
      <div class="roles-part">
        <button
          type="button"
          class="choice"
          data-role="public"
          aria-pressed=${session === null ? "true" : "false"}
          @click=${() => app.enter(null)}
        >
          ${session === null ? words.roles.public : words.roles.leave}
        </button>
        <p class="fine">${words.roles.publicHelp}</p>
      </div>
      ${
        roles.length === 0
          ? nothing
          : html`<div class="roles-part">
              <h2>${words.roles.tryAs}</h2>
              <div class="choices">${roles.map((role) => drawRole(app, role))}</div>
              <p class="fine">${words.roles.tryHelp}</p>
            </div>`
      }
      <form class="roles-part" @submit=${(event: SubmitEvent) => useOwnKey(app, event)}>
        <label for="own-key"><h2>${words.roles.ownKey}</h2></label>
        <div class="field-row">
          <input
            id="own-key"
            name="key"
            type="password"
            autocomplete="off"
            spellcheck="false"
            placeholder="hub_…"
          />
          <button type="submit">${words.roles.use}</button>
        </div>
        ${desk.fault === null ? nothing : html`<p class="fault" role="alert">${desk.fault}</p>`}
        <p class="fine">${words.roles.ownKeyHelp}</p>
      </form>
    </div>
  </section>`;
}
