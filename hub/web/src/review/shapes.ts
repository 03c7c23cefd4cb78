/** What the hub answers about reviews and links, as far as this page reads it. */

export type Verdict = "same" | "different" | "same_house_different_family" | "needs_field_check";
export const VERDICTS: readonly Verdict[] = [
  "same",
  "different",
  "same_house_different_family",
  "needs_field_check",
];

export interface Counts {
  households: number;
  persons: number;
  findings: Record<string, number>;
}

export interface Preview {
  verdict: Verdict;
  changes: boolean;
  before: Counts;
  after: Counts;
}

export interface Claim {
  key_id: string;
  mine: boolean;
  until: string;
}

export interface Review {
  review: string;
  kind: "undecided" | "field_check" | "second";
  level: "household" | "person";
  a: string;
  b: string;
  sources: string[];
  amphoe: string | null;
  tambon: string | null;
  amount_thb: number;
  unserved: number;
  persons: number;
  claim: Claim | null;
  previews?: Preview[];
}

export interface Queue {
  items: Review[];
  next: string | null;
  total: number;
  agreement: { share_percent: number; answered: number; rate: number | null; kappa: number | null };
}

export interface FieldEvidence {
  field: string;
  field_th: string;
  level: string;
  level_th: string;
  bits: number;
  a?: string | null;
  b?: string | null;
}

export interface Weighing {
  bits: number;
  link_bits: number;
  review_bits: number;
  band: string;
  fields: FieldEvidence[];
}

export interface MemberPair {
  a: string;
  b: string;
  together: boolean;
  weighing: Weighing;
}

export interface Person {
  title?: string;
  first_name?: string;
  last_name?: string;
  relation?: string;
  is_head?: boolean;
}

export interface LinkRecord {
  id: string;
  source: string;
  period: string;
  happened_at: string;
  tambon: string | null;
  members: { id: string; current: boolean; member?: Person | null }[];
  house?: { house_no?: string; house_code?: string; moo?: number; address?: string } | null;
}

export interface Explained {
  a: LinkRecord;
  b: LinkRecord;
  together: boolean;
  reasons: { code: string; th: string; en: string }[];
  decisions: { sequence: number; verdict: Verdict; revoked: number | null; text?: string | null }[];
  /** Of two records; of two members `weighing` is their own. */
  pairs?: MemberPair[];
  address?: FieldEvidence[];
  weighing?: Weighing;
  sequence: number;
}

export interface Receipt {
  status: string;
  sequence: number;
}
