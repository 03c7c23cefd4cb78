/** What stands around the map: the choice of indicator, the legend and the marks of what is not known. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { App } from "../app.ts";
import { INDICATORS, hasShare, isPart } from "../indicators.ts";
import { maySeePoints } from "../map/province_map.ts";
import { type Shading, colourOf, isShareShown, levelAt, sayNumber, shade } from "../map/shading.ts";
import { POINTS_ZOOM } from "../map/style.ts";

function drawPicker(app: App): TemplateResult {
  const { words, view } = app;
  const choose = (event: Event): void => {
    const id = event.target instanceof HTMLSelectElement ? event.target.value : "";
    const indicator = INDICATORS.find((each) => each === id);
    if (indicator !== undefined) app.go({ indicator });
  };
  return html`<div class="picker">
    <label>
      <span class="sr">${words.map.indicator}</span>
      <select id="indicator" @change=${choose}>
        ${INDICATORS.map((id) => html`<option value=${id} .selected=${id === view.indicator}>${words.indicator[id].name}</option>`)}
      </select>
    </label>
    ${
      hasShare(view.indicator)
        ? html`<div class="segments" role="group" aria-label=${words.map.unitShare}>
            ${(["count", "share"] as const).map(
              (unit) =>
                html`<button
                  type="button"
                  aria-pressed=${view.unit === unit ? "true" : "false"}
                  @click=${() => app.go({ unit })}
                >
                  ${unit === "count" ? words.map.unitCount : words.map.unitShare}
                </button>`,
            )}
          </div>`
        : nothing
    }
  </div>`;
}

/** The bounds of every class in words, lowest first. */
function saySteps(app: App, shading: Shading): { colour: string; text: string }[] {
  const { breaks, range } = shading;
  if (range === null) return [];
  const say = (value: number): string => sayNumber(value, app.view, app.words);
  const isWhole = !isShareShown(app.view) && app.view.indicator !== "amount";
  const edges = [range[0], ...breaks, range[1]];
  return edges.slice(0, -1).map((from, index) => {
    const next = edges[index + 1] ?? from;
    const isLast = index === breaks.length;
    // A class reaches to just below the next one; of whole numbers that can be said exactly.
    const to = isWhole && !isLast ? next - 1 : next;
    const text = from === to ? say(from) : `${say(from)} – ${say(to)}`;
    return { colour: colourOf(index, breaks.length + 1), text };
  });
}

function drawLegend(app: App): TemplateResult {
  const { words, view, desk, slots } = app;
  const level = levelAt(desk.zoom);
  const shading = shade(app, level);
  const values = [...shading.values.values()];
  const unit = isPart(view.indicator) ? words.indicatorShare.part : words.indicatorShare.perHousehold;
  return html`<div class="legend" aria-label=${words.map.legend} role="group">
    <p class="legend-title">
      <strong>${words.indicator[view.indicator].name}</strong>
      <span class="fine">${words.map.level[level]}${isShareShown(view) ? ` · ${unit}` : ""}</span>
    </p>
    <ul>
      ${saySteps(app, shading).map(({ colour, text }) => html`<li><i class="swatch" .style=${`background:${colour}`}></i>${text}</li>`)}
      ${values.includes("none") || values.length === 0 ? html`<li><i class="swatch is-none"></i>${words.map.noData}</li>` : nothing}
      ${values.includes("suppressed") ? html`<li><i class="swatch is-suppressed"></i>${words.map.suppressed}</li>` : nothing}
    </ul>
    ${maySeePoints(app) ? drawPointsLegend(app) : nothing}
    ${
      slots.boundaries.value?.isApproximate
        ? html`<p class="approximate" title=${words.map.approximateHelp}>≈ ${words.map.approximate}</p>`
        : nothing
    }
  </div>`;
}

function drawPointsLegend(app: App): TemplateResult {
  const { words, desk } = app;
  const toggle = (event: Event): void =>
    app.set({ showsPoints: event.target instanceof HTMLInputElement && event.target.checked });
  const level = levelAt(desk.zoom);
  return html`<div class="legend-points">
    <label
      ><input type="checkbox" .checked=${desk.showsPoints} @change=${toggle} /> ${words.map.points}</label
    >
    ${
      !desk.showsPoints
        ? nothing
        : desk.zoom >= POINTS_ZOOM
          ? html`<ul>
              <li><i class="dot"></i>${words.map.pointOne}</li>
              <li><i class="dot is-more"></i>${words.map.pointMore}</li>
            </ul>`
          : level === "tambon"
            ? html`<ul>
                <li><i class="dot is-cell"></i>${words.map.cells}</li>
              </ul>`
            : html`<p class="fine">${words.map.zoomForPoints}</p>`
    }
  </div>`;
}

/** The section with an empty place for the map, which draws itself. */
export function drawMapSection(app: App, canDraw: boolean): TemplateResult {
  const { words, slots, view } = app;
  const boundaries = slots.boundaries.value;
  return html`<section class="map-section" id="map" aria-label=${words.map.heading}>
    <div class="map-head">
      <h2>${words.map.heading}</h2>
      ${drawPicker(app)}
    </div>
    <p class="fine map-definition">${words.indicator[view.indicator].definition}</p>
    <div class="map-frame">
      <div class="map-place" role="region" tabindex="-1"></div>
      ${drawLegend(app)}
      <button
        type="button"
        class="whole"
        @click=${() => app.go({ area: null, household: null, camera: null })}
      >
        ${words.map.wholeProvince}
      </button>
      ${slots.tambons.isLoading || slots.boundaries.isLoading ? html`<p class="map-busy" role="status">${words.loading}</p>` : nothing}
      ${!canDraw ? html`<p class="map-message">${words.map.noWebgl}</p>` : nothing}
      ${canDraw && boundaries !== null && boundaries.areas.size === 0 ? html`<p class="map-message">${words.map.empty}</p>` : nothing}
      ${slots.boundaries.problem !== null && boundaries === null ? html`<p class="map-message">${app.say(slots.boundaries.problem)}</p>` : nothing}
    </div>
    ${boundaries?.attribution ? html`<p class="fine attribution">${boundaries.attribution}</p>` : nothing}
  </section>`;
}
