/** The words of the page. Thai is the source language; English has to say the same. */

import type { Lang } from "../calendar.ts";
import { EN } from "./en.ts";
import { TH } from "./th.ts";
import type { Words } from "./words.ts";

export type { Words } from "./words.ts";

export function wordsOf(lang: Lang): Words {
  return lang === "th" ? TH : EN;
}
