/** Two records side by side: houses, people, evidence, what a verdict would change, and the buttons. */

import { type TemplateResult, html, nothing } from "lit-html";
import { formatInstantDay } from "../calendar.ts";
import { whole } from "../numbers.ts";
import { type Desk, pairsOf } from "./desk.ts";
import {
  type Counts,
  type Explained,
  type FieldEvidence,
  type LinkRecord,
  type MemberPair,
  type Person,
  type Preview,
  type Review,
  VERDICTS,
} from "./shapes.ts";

/** At this many bits a bar is full. */
const FULL_BITS = 16;
const THAI = /[\u0e00-\u0e7f]/;

function nameOf(desk: Desk, person: Person | null | undefined): string {
  if (person === null || person === undefined) return desk.words.erased;
  const title = person.title ?? "";
  const first = `${title}${THAI.test(title) ? "" : " "}${person.first_name ?? ""}`;
  return `${first} ${person.last_name ?? ""}`.trim() || "–";
}

function memberName(desk: Desk, record: LinkRecord, id: string): string {
  return nameOf(desk, record.members.find((member) => member.id === id)?.member);
}

function drawBits(bits: number): TemplateResult {
  const width = Math.min(100, (Math.abs(bits) / FULL_BITS) * 100);
  const side = bits < 0 ? "is-against" : "is-for";
  const said = Math.abs(bits) < 0.05 ? "0.0" : `${bits > 0 ? "+" : ""}${bits.toFixed(1)}`;
  return html`<span class="bits ${side}"
    ><span class="bar" style="inline-size:${width.toFixed(0)}%"></span>${said}</span
  >`;
}

function drawField(desk: Desk, field: FieldEvidence, isBlind: boolean): TemplateResult {
  const { lang } = desk;
  const differs = field.a != null && field.b != null && field.a !== field.b;
  return html`<tr class=${differs ? "differs" : ""}>
    <th scope="row">${lang === "th" ? field.field_th : field.field}</th>
    <td>${field.a ?? "–"}</td>
    <td>${field.b ?? "–"}</td>
    <td class="fine">${lang === "th" ? field.level_th : field.level}</td>
    ${isBlind ? nothing : html`<td>${drawBits(field.bits)}</td>`}
  </tr>`;
}

function drawFields(
  desk: Desk,
  explained: Explained,
  fields: readonly FieldEvidence[],
  isBlind: boolean,
): TemplateResult {
  const { words } = desk;
  return html`<table class="evidence">
    <thead>
      <tr>
        <th scope="col">${words.field}</th>
        <th scope="col">${words.source[explained.a.source] ?? explained.a.source}</th>
        <th scope="col">${words.source[explained.b.source] ?? explained.b.source}</th>
        <th scope="col">${words.says}</th>
        ${isBlind ? nothing : html`<th scope="col">${words.bits}</th>`}
      </tr>
    </thead>
    <tbody>
      ${fields.map((field) => drawField(desk, field, isBlind))}
    </tbody>
  </table>`;
}

function drawRecord(desk: Desk, record: LinkRecord): TemplateResult {
  const { words, lang } = desk;
  const house = record.house;
  const place = [
    house?.house_no,
    house?.moo === undefined ? undefined : `${words.moo} ${house.moo}`,
    record.tambon === null ? undefined : `${words.tambon} ${record.tambon}`,
    house?.house_code,
  ];
  return html`<article class="review-record">
    <h3><span class="tag">${words.source[record.source] ?? record.source}</span></h3>
    <p class="fine">${words.period} ${record.period} · ${formatInstantDay(record.happened_at, lang)}</p>
    <p><strong>${words.house}</strong> ${place.filter((part) => part !== undefined && part !== "").join(" · ") || "–"}</p>
    <ul class="review-people">
      ${record.members.map(
        (member) =>
          html`<li class=${member.current ? "" : "is-former"}>
            ${nameOf(desk, member.member)} <span class="fine">${member.member?.relation ?? ""}</span>
          </li>`,
      )}
    </ul>
  </article>`;
}

/** What two members' records say of the place. */
function placeOf(explained: Explained): FieldEvidence[] {
  return (explained.weighing?.fields ?? []).filter((field) => field.field === "dwelling" || field.field === "area");
}

function drawMemberPair(desk: Desk, explained: Explained, pair: MemberPair, isBlind: boolean): TemplateResult {
  const fields = pair.weighing.fields.filter((field) => field.field !== "dwelling" && field.field !== "area");
  return html`<details class="review-member" open>
    <summary>
      ${memberName(desk, explained.a, pair.a)} ↔ ${memberName(desk, explained.b, pair.b)}
      ${isBlind ? nothing : drawBits(pair.weighing.bits)}
    </summary>
    ${drawFields(desk, explained, fields, isBlind)}
  </details>`;
}

function sayChanges(desk: Desk, before: Counts, after: Counts): string[] {
  const { words } = desk;
  const found = Object.keys({ ...before.findings, ...after.findings })
    .sort()
    .map((name) => [words.finding[name] ?? name, before.findings[name] ?? 0, after.findings[name] ?? 0] as const);
  const rows = [
    [words.households, before.households, after.households] as const,
    [words.people2, before.persons, after.persons] as const,
    ...found,
  ];
  return rows.filter(([, one, other]) => one !== other).map(([name, one, other]) => `${name} ${whole(one)} → ${whole(other)}`);
}

function drawPreview(desk: Desk, preview: Preview): TemplateResult {
  const { words } = desk;
  const lines = preview.changes ? sayChanges(desk, preview.before, preview.after) : [];
  return html`<li>
    ${words.wouldChange} <strong>${(desk.open?.level === "person" ? words.personVerdict : words.verdict)[preview.verdict]}</strong>:
    ${lines.length === 0 ? words.nothingChanges : lines.join(" · ")}
  </li>`;
}

function readReason(): string {
  const field = document.getElementById("reason");
  return field instanceof HTMLInputElement ? field.value.trim() : "";
}

function drawButtons(desk: Desk): TemplateResult {
  const { words, isBusy } = desk;
  const isPerson = desk.open?.level === "person";
  const offered = VERDICTS.filter((verdict) => !isPerson || verdict !== "same_house_different_family");
  return html`<div class="review-buttons">
    <input id="reason" aria-label=${words.reason} placeholder=${words.reason} maxlength="1000" autocomplete="off" />
    ${offered.map(
      (verdict) =>
        html`<button
          type="button"
          class=${verdict === "same" || verdict === "different" ? "strong" : ""}
          data-verdict=${verdict}
          ?disabled=${isBusy}
          @click=${() => desk.decide(verdict, readReason())}
        >
          <kbd>${VERDICTS.indexOf(verdict) + 1}</kbd> ${isPerson ? words.personVerdict[verdict] : words.verdict[verdict]}
        </button>`,
    )}
    <button type="button" @click=${() => desk.next()}><kbd>N</kbd> ${words.next}</button>
  </div>`;
}

export function drawPair(desk: Desk, review: Review, explained: Explained): TemplateResult {
  const { words, lang } = desk;
  const isBlind = review.kind === "second";
  const earlier = explained.decisions.filter((decision) => decision.revoked === null);
  return html`${isBlind ? html`<p class="note">${words.blind}</p>` : nothing}
    <div class="review-sides">${drawRecord(desk, explained.a)} ${drawRecord(desk, explained.b)}</div>
    ${drawButtons(desk)}
    ${
      isBlind || review.previews === undefined
        ? nothing
        : html`<ul class="review-previews">
            ${review.previews.map((preview) => drawPreview(desk, preview))}
          </ul>`
    }
    ${
      isBlind
        ? nothing
        : html`<section>
            <h3>${words.why}</h3>
            <ul class="review-reasons">
              ${explained.reasons.map((reason) => html`<li>${lang === "th" ? reason.th : reason.en}</li>`)}
            </ul>
            ${
              earlier.length === 0
                ? nothing
                : html`<p class="fine">
                    ${words.earlier}:
                    ${earlier.map((decision) => `${words.verdict[decision.verdict]} (${decision.sequence})`).join(", ")}
                  </p>`
            }
          </section>`
    }
    <section>
      <h3>${words.people}</h3>
      ${pairsOf(explained, review).map((pair) => drawMemberPair(desk, explained, pair, isBlind))}
    </section>
    <section>
      <h3>${words.house}</h3>
      ${drawFields(desk, explained, explained.address ?? placeOf(explained), isBlind)}
    </section>`;
}

export { readReason };
