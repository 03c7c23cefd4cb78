/** Starts the review page: keys 1–4 decide, N goes on, U takes back. */

import "@fontsource/sarabun/latin-400.css";
import "@fontsource/sarabun/latin-600.css";
import "@fontsource/sarabun/latin-700.css";
import "@fontsource/sarabun/thai-400.css";
import "@fontsource/sarabun/thai-600.css";
import "@fontsource/sarabun/thai-700.css";
import "../styles/base.css";
import "../styles/layout.css";
import "../styles/review.css";
import { render } from "lit-html";
import { createDesk } from "./desk.ts";
import { drawReviewPage } from "./draw.ts";
import { readReason } from "./pair.ts";
import { VERDICTS } from "./shapes.ts";

function start(page: HTMLElement): void {
  let isDue = false;
  const draw = (): void => {
    isDue = false;
    document.documentElement.lang = desk.lang;
    document.title = desk.words.title;
    render(drawReviewPage(desk), page);
  };
  const changed = (): void => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(draw);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const verdict = VERDICTS[Number(event.key) - 1];
    if (verdict !== undefined) void desk.decide(verdict, readReason());
    else if (event.key.toLowerCase() === "n") desk.next();
    else if (event.key.toLowerCase() === "u") void desk.undo();
  };
  page.replaceChildren();
  const desk = createDesk(changed);
  document.addEventListener("keydown", press);
  changed();
}

const page = document.getElementById("review");
if (page !== null) start(page);
