/** The same numbers as the map, as a table: for keyboards, readers, printers and those who trust rows more. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import { NEEDS, type AreaNumbers, type Count, type Overview } from "../shapes.ts";
import { show } from "./messages.ts";
import { nameOf } from "./names.ts";
import { sayCount } from "./overview.ts";

interface Column {
  id: string;
  name: string;
  value: (area: AreaNumbers) => Count | undefined;
}

function columnsOf(app: App): Column[] {
  const { indicator, overview, need } = app.words;
  return [
    { id: "records", name: overview.records.name, value: (area) => area.records },
    { id: "households", name: indicator.households.name, value: (area) => area.households },
    { id: "overlap", name: indicator.overlap.name, value: (area) => area.in_more_than_one },
    { id: "persons", name: overview.persons.name, value: (area) => area.persons },
    ...NEEDS.map((each): Column => ({ id: each, name: need[each], value: (area) => area.needs[each] })),
    { id: "assisted", name: indicator.assisted.name, value: (area) => area.assisted_households },
    { id: "actions", name: indicator.actions.name, value: (area) => area.actions },
    { id: "amount", name: indicator.amount.name, value: (area) => area.amount_thb },
  ];
}

/** Areas in the chosen order; hidden and missing counts come last, whatever the direction. */
function sorted(app: App, areas: readonly AreaNumbers[], columns: readonly Column[]): AreaNumbers[] {
  const { column: id, descending } = app.desk.sort;
  const column = columns.find((each) => each.id === id);
  const collator = new Intl.Collator(app.view.lang);
  const sign = descending ? -1 : 1;
  return [...areas].sort((a, b) => {
    if (column === undefined) return sign * collator.compare(nameOf(app, a), nameOf(app, b));
    const [left, right] = [column.value(a) ?? null, column.value(b) ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}

function drawHeading(app: App, id: string, name: string): TemplateResult {
  const { sort } = app.desk;
  const isSorted = sort.column === id;
  const order = isSorted ? (sort.descending ? "descending" : "ascending") : "none";
  const next = { column: id, descending: isSorted ? !sort.descending : id !== "name" };
  return html`<th scope="col" aria-sort=${order} class=${id === "name" ? "" : "is-number"}>
    <button type="button" title=${app.words.table.sortBy(name)} @click=${() => app.set({ sort: next })}>
      ${name}
      <span aria-hidden="true" class="sort-mark">${isSorted ? (sort.descending ? "▼" : "▲") : ""}</span>
    </button>
  </th>`;
}

function drawTable(app: App, overview: Overview): TemplateResult {
  const { words, view } = app;
  const columns = columnsOf(app);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-labelledby="table-heading">
    <table>
      <thead>
        <tr>
          ${drawHeading(app, "name", words.table.area)}${columns.map(({ id, name }) => drawHeading(app, id, name))}
        </tr>
      </thead>
      <tbody>
        ${sorted(app, overview.areas, columns).map(
          (area) =>
            html`<tr class=${area.code !== null && area.code === view.area ? "is-chosen" : ""}>
              <th scope="row">
                ${
                  area.code === null
                    ? nameOf(app, area)
                    : html`<button
                        type="button"
                        class="link"
                        @click=${() => app.go({ area: area.code, household: null, camera: null })}
                      >
                        ${nameOf(app, area)}
                      </button>`
                }
              </th>
              ${columns.map((column) => html`<td>${sayCount(app, column.value(area))}</td>`)}
            </tr>`,
        )}
      </tbody>
      <tfoot>
        ${drawTotals(app, overview)}
      </tfoot>
    </table>
  </div>`;
}

function drawTotals(app: App, overview: Overview): TemplateResult {
  const counts = Object.values(overview.records);
  const records = counts.includes(null) ? null : counts.reduce<number>((all, count) => all + (count ?? 0), 0);
  const several = Object.entries(overview.in_sources).filter(([number]) => number !== "1");
  const overlap = several.some(([, count]) => count === null)
    ? null
    : several.reduce((all, [, count]) => all + (count ?? 0), 0);
  const { assistance } = overview;
  const totals: (Count | undefined)[] = [
    records,
    overview.households,
    overlap,
    overview.persons,
    ...NEEDS.map((need) => overview.needs[need]?.need),
    assistance.households,
    assistance.actions,
    assistance.amount_thb,
  ];
  return html`<tr>
    <th scope="row">${app.words.table.total}</th>
    ${totals.map((total) => html`<td>${sayCount(app, total)}</td>`)}
  </tr>`;
}

export function drawAreaTable(app: App): TemplateResult {
  const { words, slots } = app;
  return html`<section class="table-section" aria-labelledby="table-heading">
    <h2 id="table-heading">${words.table.heading}</h2>
    <p class="fine">${words.table.hint}</p>
    ${slots.overview.value === null && slots.overview.problem !== null ? nothing : show(app, slots.overview, (value) => drawTable(app, value))}
  </section>`;
}
