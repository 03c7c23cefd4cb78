/** The key this browser tab asks with. It is kept in sessionStorage only and leaves with the tab. */

export interface Session {
  key: string;
  /** Known when it was chosen among the demo roles. */
  role: string | null;
}

const PLACE = "hub-session";
const KEY = /^[\x21-\x7e]{8,200}$/;
const PERSONAL_ROLES = new Set(["steward", "auditor", "admin"]);
const HOUSEHOLD_ROLES = new Set(["gis", "analyst", "steward", "auditor", "admin"]);

/** Whether a text can be a key at all; spaces and Thai letters cannot travel in a header. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

export function readSession(): Session | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
    if (typeof kept !== "object" || kept === null || !("key" in kept) || typeof kept.key !== "string")
      return null;
    return { key: kept.key, role: "role" in kept && typeof kept.role === "string" ? kept.role : null };
  } catch {
    return null;
  }
}

export function writeSession(session: Session | null): void {
  try {
    if (session === null) sessionStorage.removeItem(PLACE);
    else sessionStorage.setItem(PLACE, JSON.stringify(session));
  } catch {
    // A browser that forbids storage keeps the key in memory only.
    return;
  }
}

/** Whether searching by name or house makes sense. */
export function maySearchText(session: Session | null): boolean {
  return session !== null && (session.role === null || PERSONAL_ROLES.has(session.role));
}

/** Whether asking for findings makes sense. */
export function mayListFindings(session: Session | null): boolean {
  return session !== null && (session.role === null || (HOUSEHOLD_ROLES.has(session.role) && session.role !== "gis"));
}

/** Whether asking for households makes sense. The hub decides; this only spares a question with a known answer. */
export function mayListHouseholds(session: Session | null): boolean {
  return session !== null && (session.role === null || HOUSEHOLD_ROLES.has(session.role));
}
