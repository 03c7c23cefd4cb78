/** Starts the page: one app, one map, redrawn at most once per frame. */

import "@fontsource/sarabun/latin-400.css";
import "@fontsource/sarabun/latin-600.css";
import "@fontsource/sarabun/latin-700.css";
import "@fontsource/sarabun/thai-400.css";
import "@fontsource/sarabun/thai-600.css";
import "@fontsource/sarabun/thai-700.css";
import "maplibre-gl/dist/maplibre-gl.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/time.css";
import "./styles/numbers.css";
import "./styles/six.css";
import "./styles/table.css";
import "./styles/panel.css";
import "./styles/household.css";
import "./styles/map.css";
import "./styles/print.css";
import { render } from "lit-html";
import { type App, createApp } from "./app.ts";
import { type ProvinceMap, createProvinceMap } from "./map/province_map.ts";
import { drawPage } from "./parts/page.ts";
import { sayMoment } from "./parts/time_bar.ts";
import { isToday } from "./view.ts";

/** How long the page may have been away before it asks again. */
const STALE_MS = 60_000;

function titleOf(app: App): string {
  const { view, words, today } = app;
  const moment = view.validAt ?? view.asOf;
  const title = `${words.title} ${words.province}`;
  return isToday(view, today) || moment === null ? title : `[${sayMoment(app, moment)}] ${title}`;
}

function start(page: HTMLElement): void {
  let map: ProvinceMap | null = null;
  let canDrawMap = true;
  let isDue = false;
  let shown: string | null = null;

  const draw = (): void => {
    isDue = false;
    document.documentElement.lang = app.view.lang;
    document.title = titleOf(app);
    render(drawPage(app, canDrawMap), page);
    const place = page.querySelector<HTMLElement>(".map-place");
    if (map === null && canDrawMap && place !== null) {
      try {
        map = createProvinceMap(place, app);
      } catch {
        canDrawMap = false;
        changed();
      }
    }
    map?.update();
    focusPanel();
  };
  const changed = (): void => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(draw);
  };
  /** Keyboard and screen reader follow to what was just opened. */
  const focusPanel = (): void => {
    const now = app.view.household ?? app.view.list ?? app.view.area ?? "";
    if (now === shown) return;
    const isStart = shown === null;
    shown = now;
    if (isStart) return;
    const panel = page.querySelector<HTMLElement>("#panel");
    panel?.querySelector(".panel-body")?.scrollTo({ top: 0 });
    panel?.focus({ preventScroll: true });
  };

  /** Escape closes what was opened last. */
  const closeLast = (event: KeyboardEvent): void => {
    const { desk, view } = app;
    if (event.key !== "Escape") return;
    if (desk.isRolesOpen) app.set({ isRolesOpen: false });
    else if (desk.isTimeOpen) app.set({ isTimeOpen: false });
    else if (view.household !== null) app.go({ household: null });
    else if (view.list !== null) app.go({ list: null });
    else if (view.area !== null) app.go({ area: null, camera: null });
  };

  page.replaceChildren();
  const app = createApp(changed);
  document.addEventListener("keydown", closeLast);
  let left = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) left = Date.now();
    else if (Date.now() - left > STALE_MS) app.refresh();
  });
  changed();
}

const page = document.getElementById("page");
if (page !== null) start(page);
