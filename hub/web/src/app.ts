/** The state of the page and the ways to change it. Parts read it and call `go`; nothing else changes the view. */

import { type HubProblem, fetchJson } from "./api.ts";
import { dayOf } from "./calendar.ts";
import { type Boundaries, readBoundaries } from "./map/boundaries.ts";
import {
  type Session,
  mayListFindings,
  mayListHouseholds,
  maySearchText,
  readSession,
  writeSession,
} from "./session.ts";
import type {
  Agency,
  ChosenPage,
  DemoRole,
  FindingKind,
  FindingPage,
  FindingState,
  HouseholdDetail,
  HouseholdPage,
  Need,
  Overview,
  Timeline,
} from "./shapes.ts";
import { type Slot, createSlot } from "./slot.ts";
import { type View, basisQuery, readView, writeView } from "./view.ts";
import { type Words, wordsOf } from "./words/index.ts";

/** From this zoom on the map shows tambon instead of amphoe. */
export const TAMBON_ZOOM = 9.6;

export interface Search {
  text: string;
  need: Need | "";
}

export interface FindingSearch {
  kind: FindingKind | "";
  state: FindingState | "";
}

export interface Sort {
  column: string;
  descending: boolean;
}

/** What is open or typed on the page and not worth an address. */
export interface Desk {
  isTimeOpen: boolean;
  isRolesOpen: boolean;
  definition: string | null;
  search: Search;
  findings: FindingSearch;
  sort: Sort;
  showsPoints: boolean;
  zoom: number;
  fault: string | null;
}

export interface Slots {
  overview: Slot<Overview>;
  tambons: Slot<Overview>;
  newest: Slot<Overview>;
  boundaries: Slot<Boundaries>;
  layers: Slot<ReadonlySet<string>>;
  roles: Slot<DemoRole[]>;
  list: Slot<HouseholdPage>;
  chosen: Slot<ChosenPage>;
  findings: Slot<FindingPage>;
  household: Slot<HouseholdDetail>;
  timeline: Slot<Timeline>;
  agencies: Slot<ReadonlyMap<string, Agency>>;
}

export interface App {
  readonly view: View;
  readonly session: Session | null;
  readonly desk: Desk;
  readonly slots: Slots;
  readonly words: Words;
  readonly today: string;
  /** Changes the view and the address; `replace` leaves no step to go back to. */
  go(change: Partial<View>, replace?: boolean): void;
  /** Changes what is open or typed. */
  set(change: Partial<Desk>): void;
  enter(session: Session | null): void;
  say(problem: HubProblem): string;
  moreHouseholds(): void;
  moreOfList(): void;
  /** Asks for the latest again, when the page has been away. */
  refresh(): void;
}

type Fetch = <T>(path: string, query?: Record<string, string>) => (signal: AbortSignal) => Promise<T>;

const PAGE = "50";

function createSlots(changed: () => void): Slots {
  return {
    overview: createSlot(changed),
    tambons: createSlot(changed),
    newest: createSlot(changed),
    boundaries: createSlot(changed),
    layers: createSlot(changed),
    roles: createSlot(changed),
    list: createSlot(changed),
    chosen: createSlot(changed),
    findings: createSlot(changed),
    household: createSlot(changed),
    timeline: createSlot(changed),
    agencies: createSlot(changed),
  };
}

function householdsQuery(view: View, session: Session | null, search: Search): Record<string, string> {
  const text = maySearchText(session) ? search.text.trim() : "";
  return {
    ...basisQuery(view),
    limit: PAGE,
    ...(view.area === null ? {} : { area: view.area }),
    ...(text === "" ? {} : { text }),
    ...(search.need === "" ? {} : { need: search.need }),
  };
}

/** The question behind the list of the view; null where the view has none or this caller may not ask. */
function listQuestion(
  view: View,
  session: Session | null,
  search: FindingSearch,
): { path: string; query: Record<string, string> } | null {
  const { list } = view;
  if (list === null || !mayListHouseholds(session)) return null;
  const query = { ...basisQuery(view), limit: PAGE, ...(view.area === null ? {} : { area: view.area }) };
  if (list !== "findings") return { path: `/v1/overview/${list}`, query };
  if (!mayListFindings(session)) return null;
  const { kind, state } = search;
  const narrowed = { ...(kind === "" ? {} : { kind }), ...(state === "" ? {} : { state }) };
  return { path: "/v1/findings", query: { ...query, ...narrowed } };
}

/** Asks for the names of the agencies. */
function wantAgencies(slots: Slots, fetch: Fetch, round: string): void {
  slots.agencies.want(round, async (signal) => {
    const { items } = await fetch<{ items: Agency[] }>("/v1/agencies", { limit: "1000" })(signal);
    return new Map(items.map((agency) => [agency.agency_id, agency]));
  });
}

/** Asks for the list of the view. */
function wantList(app: App, fetch: Fetch, round: string): void {
  const { view, session, desk, slots } = app;
  const asked = listQuestion(view, session, desk.findings);
  const key = `${round}|${JSON.stringify(asked)}`;
  if (asked !== null && view.list === "findings") {
    slots.findings.want(key, fetch<FindingPage>(asked.path, asked.query));
    wantAgencies(slots, fetch, round);
  } else slots.findings.clear();
  if (asked !== null && view.list !== "findings")
    slots.chosen.want(key, fetch<ChosenPage>(asked.path, asked.query));
  else slots.chosen.clear();
}

/** Asks for what the view needs and forgets what it does not. */
function wantAll(app: App, fetch: Fetch, round: string): void {
  const { view, session, desk, slots } = app;
  const basis = basisQuery(view);
  const axes = `${round}|${JSON.stringify(basis)}`;
  slots.overview.want(axes, fetch<Overview>("/v1/overview", { ...basis, level: "amphoe" }));
  if (view.area !== null || desk.zoom >= TAMBON_ZOOM) {
    slots.tambons.want(axes, fetch<Overview>("/v1/overview", { ...basis, level: "tambon" }));
  }
  if (desk.isTimeOpen && view.asOf !== null) {
    slots.newest.want(round, fetch<Overview>("/v1/overview", { level: "amphoe" }));
  }
  const frame = slots.boundaries.value;
  if (frame === null || frame.areas.size === 0) slots.boundaries.want(`boundaries|${round}`, readBoundaries);
  slots.layers.want(round, async (signal) => {
    const answer = await fetch<{ collections: { id: string }[] }>("/ogc/collections")(signal);
    return new Set(answer.collections.map((layer) => layer.id));
  });
  slots.roles.want(
    "roles",
    async (signal) => (await fetch<{ roles: DemoRole[] }>("/v1/demo-roles")(signal)).roles,
  );
  const isSearching = view.area !== null || desk.search.text.trim() !== "" || desk.search.need !== "";
  if (mayListHouseholds(session) && isSearching) {
    const query = householdsQuery(view, session, desk.search);
    slots.list.want(`${round}|${JSON.stringify(query)}`, fetch<HouseholdPage>("/v1/households", query));
  } else slots.list.clear();
  wantList(app, fetch, round);
  if (view.household !== null && mayListHouseholds(session)) {
    const path = `/v1/households/${view.household}`;
    slots.household.want(`${axes}|${path}`, fetch<HouseholdDetail>(path, basis));
    slots.timeline.want(`${axes}|${path}`, fetch<Timeline>(`${path}/timeline`, { ...basis, limit: "1000" }));
    wantAgencies(slots, fetch, round);
  } else {
    slots.household.clear();
    slots.timeline.clear();
  }
}

const START_DESK: Desk = {
  isTimeOpen: false,
  isRolesOpen: false,
  definition: null,
  search: { text: "", need: "" },
  findings: { kind: "", state: "" },
  sort: { column: "name", descending: false },
  showsPoints: true,
  zoom: 0,
  fault: null,
};

/** The app over the address of this window. `changed` is called after every change, also while answers arrive. */
export function createApp(changed: () => void): App {
  let view = readView(location.search);
  let session = readSession();
  let desk = START_DESK;
  let round = 0;
  const slots = createSlots(changed);
  const fetch: Fetch =
    (path, query = {}) =>
    (signal) =>
      fetchJson(path, query, session?.key ?? null, signal);

  const settle = (): void => {
    wantAll(app, fetch, String(round));
    changed();
  };
  const app: App = {
    get view() {
      return view;
    },
    get session() {
      return session;
    },
    get desk() {
      return desk;
    },
    get words() {
      return wordsOf(view.lang);
    },
    get today() {
      return dayOf(new Date());
    },
    slots,
    go(change, replace = false) {
      view = { ...view, ...change };
      const to = writeView(view);
      if (to !== location.pathname + location.search) {
        if (replace) history.replaceState(null, "", to);
        else history.pushState(null, "", to);
      }
      settle();
    },
    set(change) {
      desk = { ...desk, ...change };
      settle();
    },
    enter(next) {
      session = next;
      writeSession(next);
      round += 1;
      for (const slot of Object.values(slots))
        if (slot !== slots.roles && slot !== slots.boundaries) slot.clear();
      desk = { ...desk, isRolesOpen: false, fault: null };
      settle();
    },
    say: (problem) => (view.lang === "th" ? problem.detailTh : problem.detail),
    moreHouseholds() {
      const page = slots.list.value;
      if (page?.next == null) return;
      const query = { ...householdsQuery(view, session, desk.search), token: page.next };
      slots.list.want(`${slots.list.key}|${page.next}`, async (signal) => {
        const more = await fetch<HouseholdPage>("/v1/households", query)(signal);
        return { ...more, items: [...page.items, ...more.items] };
      });
    },
    moreOfList() {
      const asked = listQuestion(view, session, desk.findings);
      if (asked === null) return;
      const more = <T, P extends { items: T[]; next: string | null }>(slot: Slot<P>): void => {
        const page = slot.value;
        if (page?.next == null) return;
        const query = { ...asked.query, token: page.next };
        slot.want(`${slot.key}|${page.next}`, async (signal) => {
          const following = await fetch<P>(asked.path, query)(signal);
          return { ...page, next: following.next, items: [...page.items, ...following.items] };
        });
      };
      if (view.list === "findings") more(slots.findings);
      else more(slots.chosen);
    },
    refresh() {
      round += 1;
      settle();
    },
  };
  addEventListener("popstate", () => {
    view = readView(location.search);
    settle();
  });
  addEventListener("online", () => {
    for (const slot of Object.values(slots)) if (slot.problem !== null) slot.retry();
  });
  settle();
  return app;
}
