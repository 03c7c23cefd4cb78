/** The state of the review page and the ways to change it: the queue, the pair that is open, what was decided. */

import { HubProblem, fetchJson, sendJson } from "../api.ts";
import type { Lang } from "../calendar.ts";
import { type Session, readSession, writeSession } from "../session.ts";
import type { DemoRole } from "../shapes.ts";
import { type Slot, createSlot } from "../slot.ts";
import type { Claim, Explained, MemberPair, Queue, Receipt, Review, Verdict } from "./shapes.ts";
import { type ReviewWords, reviewWords } from "./words.ts";

const PAGE = "10";

export interface Decided {
  sequence: number;
  verdict: Verdict;
}

export interface Desk {
  readonly lang: Lang;
  readonly words: ReviewWords;
  readonly session: Session | null;
  readonly queue: Slot<Queue>;
  readonly pair: Slot<Explained>;
  readonly roles: Slot<DemoRole[]>;
  readonly open: Review | null;
  readonly last: Decided | null;
  readonly problem: HubProblem | null;
  readonly isBusy: boolean;
  enter(session: Session | null): void;
  speak(lang: Lang): void;
  show(review: Review): void;
  next(): void;
  more(): void;
  decide(verdict: Verdict, reason: string): Promise<void>;
  undo(): Promise<void>;
}

/** The members that are compared: the best pairs of two records, or the two themselves. */
export function pairsOf(explained: Explained, review: Review | null = null): MemberPair[] {
  const { pairs, weighing, together } = explained;
  if (pairs !== undefined) return pairs;
  return weighing === undefined ? [] : [{ a: review?.a ?? "", b: review?.b ?? "", together, weighing }];
}

/** What was on the screen, without names: it is kept with the decision. */
export function evidenceOf(explained: Explained): string[] {
  const lines = pairsOf(explained).map(
    (pair: MemberPair) =>
      `${pair.weighing.bits.toFixed(1)} bits: ${pair.weighing.fields
        .filter((field) => field.bits !== 0)
        .map((field) => `${field.field} ${field.level} ${field.bits.toFixed(1)}`)
        .join(", ")}`,
  );
  return [...explained.reasons.map((reason) => reason.code), ...lines].map((line) => line.slice(0, 500)).slice(0, 20);
}

export function createDesk(changed: () => void): Desk {
  let lang: Lang = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "th";
  let session = readSession();
  let open: Review | null = null;
  let last: Decided | null = null;
  let problem: HubProblem | null = null;
  let isBusy = false;
  let seen = 0;
  const queue = createSlot<Queue>(changed);
  const pair = createSlot<Explained>(changed);
  const roles = createSlot<DemoRole[]>(changed);
  const key = (): string | null => session?.key ?? null;
  const since = (): Record<string, string> => (seen === 0 ? {} : { min_sequence: String(seen) });

  const refresh = (): void => {
    if (session === null) {
      queue.clear();
      pair.clear();
      roles.want("roles", async (signal) => (await fetchJson<{ roles: DemoRole[] }>("/v1/demo-roles", {}, null, signal)).roles);
      return;
    }
    const query = { limit: PAGE, ...since() };
    queue.want(`${key()}|${seen}`, (signal) => fetchJson<Queue>("/v1/reviews", query, key(), signal));
  };
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    problem = null;
    changed();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HubProblem)) throw error;
      problem = error;
    } finally {
      isBusy = false;
      changed();
    }
  };
  const settle = (receipt: Receipt): void => {
    seen = receipt.sequence;
    refresh();
  };
  const desk: Desk = {
    get lang() {
      return lang;
    },
    get words() {
      return reviewWords(lang);
    },
    get session() {
      return session;
    },
    queue,
    pair,
    roles,
    get open() {
      return open;
    },
    get last() {
      return last;
    },
    get problem() {
      return problem;
    },
    get isBusy() {
      return isBusy;
    },
    enter(next) {
      session = next;
      writeSession(next);
      open = last = problem = null;
      refresh();
      changed();
    },
    speak(next) {
      lang = next;
      changed();
    },
    show(review) {
      open = review;
      const path = `/v1/links/${review.a}/${review.b}`;
      pair.want(`${path}|${seen}`, (signal) => fetchJson<Explained>(path, since(), key(), signal));
      void attempt(async () => {
        const claim = await sendJson<Claim>(`/v1/reviews/${review.review}/claim`, {}, key());
        if (open?.review === review.review) open = { ...open, claim };
      });
      changed();
    },
    next() {
      const items = queue.value?.items ?? [];
      const place = items.findIndex((item) => item.review === open?.review);
      const following = items[place + 1] ?? items[0];
      if (following !== undefined) desk.show(following);
    },
    more() {
      const page = queue.value;
      if (page?.next == null) return;
      const query = { limit: PAGE, token: page.next };
      queue.want(`${queue.key}|${page.next}`, async (signal) => {
        const further = await fetchJson<Queue>("/v1/reviews", query, key(), signal);
        return { ...further, items: [...page.items, ...further.items] };
      });
    },
    async decide(verdict, reason) {
      const chosen = open;
      const explained = pair.value;
      if (chosen === null || explained === null || !pair.isCurrent) return;
      await attempt(async () => {
        const body = {
          level: chosen.level,
          verdict,
          groups: verdict === "same" ? [[chosen.a, chosen.b]] : [[chosen.a], [chosen.b]],
          seen: explained.sequence,
          reason,
          evidence: chosen.kind === "second" ? [] : evidenceOf(explained),
        };
        const receipt = await sendJson<Receipt>("/v1/links/decisions", body, key());
        last = { sequence: receipt.sequence, verdict };
        const items = queue.value?.items ?? [];
        const place = items.findIndex((item) => item.review === chosen.review);
        open = null;
        settle(receipt);
        const following = items[place + 1];
        if (following !== undefined) queueMicrotask(() => desk.show(following));
      });
    },
    async undo() {
      const taken = last;
      if (taken === null) return;
      await attempt(async () => {
        const receipt = await sendJson<Receipt>(`/v1/links/decisions/${taken.sequence}/revoke`, {}, key());
        last = null;
        settle(receipt);
      });
    },
  };
  refresh();
  return desk;
}
