/** What the hub answers, as docs/semantics.md defines it. A suppressed count is null. */

export type Need = "health" | "living" | "education" | "income" | "accessibility";
export const NEEDS: readonly Need[] = ["health", "living", "education", "income", "accessibility"];
export type Count = number | null;

export interface Basis {
  sequence: number;
  /** When the hub recorded the event `sequence`; null before the first event. */
  as_of: string | null;
  valid_at: string;
  final: boolean;
}

export interface AreaNumbers {
  code: string | null;
  level: string;
  name_th: string | null;
  name_en: string | null;
  households: Count;
  persons: Count;
  records: Count;
  in_more_than_one: Count;
  needs: Partial<Record<Need, Count>>;
  assisted_households: Count;
  actions: Count;
  amount_thb: Count;
  suppressed?: boolean;
}

export interface NeedNumbers {
  need: Count;
  no_need: Count;
  unknown: Count;
}

/** The six numbers of the province, each with its list. */
export type SixName = "distinct" | "in_more_than_one" | "twice" | "unserved" | "mistargeted" | "exited";
export const SIX: readonly SixName[] = [
  "distinct",
  "in_more_than_one",
  "twice",
  "unserved",
  "mistargeted",
  "exited",
];

export interface SixNumber {
  value: Count;
  definition_th: string;
  definition_en: string;
  /** How many of these households have a link that nobody has decided; `low` and `high` are what deciding could make of it. */
  on_undecided: Count;
  low?: Count;
  high?: Count;
  suspected?: Count;
  confirmed?: Count;
  reported_twice?: Count;
  silent_agencies?: { agency: string; last_word: string }[];
}

export interface ChosenHousehold {
  household_id: string;
  amphoe: string | null;
  tambon: string | null;
  moo: number | null;
  sources: string[];
  persons: number;
  level: number | null;
  standing: string | null;
}

export interface ChosenPage extends Basis {
  items: ChosenHousehold[];
  next: string | null;
}

export type FindingKind = "duplicate" | "unserved" | "mistargeted";
export const FINDING_KINDS: readonly FindingKind[] = ["duplicate", "unserved", "mistargeted"];
export type FindingState = "suspected" | "confirmed" | "complementary" | "reporting_error" | "dismissed";
export const FINDING_STATES: readonly FindingState[] = [
  "suspected",
  "confirmed",
  "complementary",
  "reporting_error",
  "dismissed",
];

export interface Finding {
  id: string;
  kind: FindingKind;
  class: string;
  need: Need | "unknown";
  state: FindingState;
  household_id: string;
  amphoe: string | null;
  tambon: string | null;
  valid_from: string;
  valid_until: string | null;
  reason_th: string;
  reason_en: string;
  amount_thb: number | null;
  agencies: string[];
}

export interface FindingPage extends Basis {
  items: Finding[];
  next: string | null;
  total?: number;
  households?: number;
}

export interface Overview extends Basis {
  numbers?: Partial<Record<SixName, SixNumber>>;
  records: Record<string, Count>;
  in_sources: Record<string, Count>;
  households: Count;
  persons: Count;
  needs: Partial<Record<Need, NeedNumbers>>;
  assistance: { actions: Count; amount_thb: Count; households: Count; unresolved: Count };
  areas: AreaNumbers[];
}

export interface Household {
  household_id: string;
  amphoe: string | null;
  tambon: string | null;
  moo: number | null;
  sources: string[];
  in_sources: number;
  persons: number;
  needs: Partial<Record<Need, boolean | null>>;
  level?: number | null;
  head_name?: string | null;
  house_code?: string | null;
  house_no?: string | null;
  point?: { lon: number; lat: number } | null;
}

export interface HouseholdPage extends Basis {
  items: Household[];
  next: string | null;
}

export interface Sourced {
  value: unknown;
  source: string;
  sequence: number;
  happened_at: string;
}

/** The preferred value of a field; without a source when no statement gives one. */
export interface FieldValue {
  value: unknown;
  source: string | null;
  sequence: number | null;
  happened_at: string | null;
  others: Sourced[];
}

export interface Person {
  person_id: string;
  /** False for someone whom another household lists later, and who is counted there. */
  at_home: boolean;
  title?: string | null;
  first_name?: string | null;
  last_name?: string | null;
  relation?: string | null;
  members: { source: string; sequence: number; position: number }[];
}

export interface BasisRecord {
  source: string;
  period: string;
  happened_at: string;
  reported_at: string | null;
  recorded_at: string;
  sequence: number;
}

export interface HouseholdDetail extends Omit<Household, "persons">, Basis {
  founder_source: string;
  persons: Person[];
  persons_at_home: number;
  records: BasisRecord[];
  values: Partial<Record<string, FieldValue>>;
  assistance: { actions: number; amount_thb: number };
  aliases: string[];
  resolved_from?: string;
}

export interface TimelineItem {
  kind: string;
  sequence: number;
  happened_at: string;
  reported_at: string | null;
  recorded_at: string;
  source: string;
  agency: string | null;
  summary_th: string;
  summary_en: string;
}

export interface Timeline extends Basis {
  items: TimelineItem[];
  next: string | null;
}

export interface Agency {
  agency_id: string;
  name_th: string | null;
  name_en: string | null;
}

export interface DemoRole {
  role: string;
  key: string;
  name_th: string;
  name_en: string;
}
