/** The page as a whole. */

import { type TemplateResult, html } from "lit-html";
import type { App } from "../app.ts";
import { drawAreaTable } from "./area_table.ts";
import { drawHeader } from "./header.ts";
import { drawMapSection } from "./map_section.ts";
import { drawOverview } from "./overview.ts";
import { drawPanel } from "./panel.ts";
import { drawTimeBar } from "./time_bar.ts";

export function drawPage(app: App, canDrawMap: boolean): TemplateResult {
  const { words } = app;
  return html`${drawHeader(app)} ${drawTimeBar(app)}
    <main>
      ${drawOverview(app)}
      <div class="middle">${drawMapSection(app, canDrawMap)} ${drawPanel(app)}</div>
      ${drawAreaTable(app)}
    </main>
    <footer class="foot">
      <p>${words.footer.zone}</p>
      <p>
        <a href="/ogc/">${words.footer.data}</a> · <a href="/schema">${words.footer.documents}</a> ·
        <button type="button" class="link" @click=${() => print()}>${words.footer.print}</button>
      </p>
    </footer>`;
}
