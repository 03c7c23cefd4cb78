/**
 * Days and instants as people here read them: Asia/Bangkok, Buddhist era in Thai, Common Era in English.
 * Addresses and requests hold ISO dates; only what is shown or typed is translated here.
 */

export type Lang = "th" | "en";
export type DayFault = "empty" | "two_digit_year" | "no_such_day" | "unreadable";
export type ParsedDay = { iso: string } | { fault: DayFault };
export interface FiscalYear {
  /** Buddhist era, named after the year in which it ends. */
  year: number;
  /** Its 30 September. */
  end: string;
}

const BUDDHIST_OFFSET = 543;
const FIRST_BUDDHIST_YEAR = 2400;
const BANGKOK_MS = 7 * 3_600_000;
const FISCAL_YEAR_START = 10;
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;

const MONTHS_TH = [
  ["มกราคม", "ม.ค."],
  ["กุมภาพันธ์", "ก.พ."],
  ["มีนาคม", "มี.ค."],
  ["เมษายน", "เม.ย."],
  ["พฤษภาคม", "พ.ค."],
  ["มิถุนายน", "มิ.ย."],
  ["กรกฎาคม", "ก.ค."],
  ["สิงหาคม", "ส.ค."],
  ["กันยายน", "ก.ย."],
  ["ตุลาคม", "ต.ค."],
  ["พฤศจิกายน", "พ.ย."],
  ["ธันวาคม", "ธ.ค."],
] as const;
const MONTHS_EN = [
  ["January", "Jan"],
  ["February", "Feb"],
  ["March", "Mar"],
  ["April", "Apr"],
  ["May", "May"],
  ["June", "Jun"],
  ["July", "Jul"],
  ["August", "Aug"],
  ["September", "Sep"],
  ["October", "Oct"],
  ["November", "Nov"],
  ["December", "Dec"],
] as const;

const pad = (value: number): string => String(value).padStart(2, "0");
const toIso = (year: number, month: number, day: number): string =>
  `${String(year).padStart(4, "0")}-${pad(month)}-${pad(day)}`;

function bangkok(instant: Date): Date {
  return new Date(instant.getTime() + BANGKOK_MS);
}

/** The day on which the instant falls in Bangkok. */
export function dayOf(instant: Date): string {
  return bangkok(instant).toISOString().slice(0, 10);
}

export function isDay(text: string): boolean {
  return ISO_DAY.test(text) && "iso" in checkDay(...splitDay(text));
}

function splitDay(iso: string): [number, number, number] {
  const [year = 0, month = 0, day = 0] = iso.split("-").map(Number);
  return [year, month, day];
}

function checkDay(year: number, month: number, day: number): ParsedDay {
  // 29 February is a question of the Common Era year, so the era is settled first.
  const common = year >= FIRST_BUDDHIST_YEAR ? year - BUDDHIST_OFFSET : year;
  const date = new Date(Date.UTC(common, month - 1, day));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && common >= 1900;
  return exists ? { iso: toIso(common, month, day) } : { fault: "no_such_day" };
}

function withLatinDigits(text: string): string {
  return text.replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50));
}

function monthNamed(word: string): number {
  const plain = (text: string): string => text.replaceAll(".", "").toLowerCase();
  const wanted = plain(word);
  const found = [MONTHS_TH, MONTHS_EN].map((months) =>
    months.findIndex((names) => names.some((name) => plain(name) === wanted)),
  );
  return Math.max(...found) + 1;
}

/**
 * A day as typed: `30 กันยายน 2566`, `30 ก.ย. 2566`, `30/9/2566`, `2566-09-30` or `2023-09-30`, Thai digits too.
 * A year from 2400 on is Buddhist; a year of two digits is refused, never guessed.
 */
export function parseDay(typed: string): ParsedDay {
  const text = withLatinDigits(typed)
    .trim()
    .replace(/พ\.ศ\.|ค\.ศ\./g, " ")
    .replace(/\s+/g, " ");
  if (text === "") return { fault: "empty" };
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (iso) return checkDay(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const numeric = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d+)$/.exec(text);
  const named = /^(\d{1,2}) ?([ก-๙A-Za-z.]+?) ?(\d+)$/.exec(text);
  const match = numeric ?? named;
  if (!match) return { fault: "unreadable" };
  if ((match[3] ?? "").length !== 4) return { fault: "two_digit_year" };
  const month = numeric ? Number(match[2]) : monthNamed(match[2] ?? "");
  if (month === 0) return { fault: "unreadable" };
  return checkDay(Number(match[3]), month, Number(match[1]));
}

/** `30 กันยายน 2566` or `30 September 2023`; short months when `short`. */
export function formatDay(iso: string, lang: Lang, short = false): string {
  const [year, month, day] = splitDay(iso);
  const names = (lang === "th" ? MONTHS_TH : MONTHS_EN)[month - 1];
  const name = names === undefined ? "" : names[short ? 1 : 0];
  return `${day} ${name} ${lang === "th" ? year + BUDDHIST_OFFSET : year}`;
}

/** The day and minute (second when `exact`) of an instant in Bangkok. */
export function formatInstant(instant: string, lang: Lang, exact = false): string {
  const local = bangkok(new Date(instant)).toISOString();
  const clock = local.slice(11, exact ? 19 : 16);
  return `${formatDay(local.slice(0, 10), lang, true)} ${clock}${lang === "th" ? " น." : ""}`;
}

/** An instant as a day in Bangkok. */
export function formatInstantDay(instant: string, lang: Lang, short = true): string {
  return formatDay(dayOf(new Date(instant)), lang, short);
}

/** The last `count` fiscal years that have ended by `today`, oldest first. */
export function endedFiscalYears(today: string, count: number): FiscalYear[] {
  const [year, month] = splitDay(today);
  const last = month >= FISCAL_YEAR_START ? year : year - 1;
  return Array.from({ length: count }, (_, index) => {
    const ends = last - count + 1 + index;
    return { year: ends + BUDDHIST_OFFSET, end: toIso(ends, 9, 30) };
  });
}

/** The last day of every month from that of `first` to the one before `today`, then `today`. */
export function monthEnds(first: string, today: string): string[] {
  const [year, month] = splitDay(first);
  const days: string[] = [];
  for (let step = 0; ; step += 1) {
    const end = new Date(Date.UTC(year, month + step, 0)).toISOString().slice(0, 10);
    if (end >= today) return [...days, today];
    days.push(end);
  }
}
