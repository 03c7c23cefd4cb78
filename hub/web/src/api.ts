/** Requests to the hub this page came from. Every failure is a HubProblem with a sentence in both languages. */

export type Query = Record<string, string>;

export class HubProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly detailTh: string,
  ) {
    super(detail);
  }

  /** Whether asking again later can help. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 502 || this.status === 504;
  }
}

const OFFLINE = new HubProblem(
  0,
  "OFFLINE",
  "The hub cannot be reached. Check the network; this page tries again by itself.",
  "ติดต่อระบบไม่ได้ กรุณาตรวจสอบเครือข่าย หน้านี้จะลองใหม่เอง",
);

export function address(path: string, query: Query): string {
  const text = new URLSearchParams(query).toString();
  return text === "" ? path : `${path}?${text}`;
}

async function toProblem(response: Response): Promise<HubProblem> {
  const body: unknown = await response.json().catch(() => null);
  const read = (name: string): string | null => {
    const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : null;
    return typeof value === "string" ? value : null;
  };
  const detail = read("detail") ?? `The hub answered with status ${response.status}.`;
  const detailTh = read("detail_th") ?? `ระบบตอบกลับด้วยสถานะ ${response.status}`;
  return new HubProblem(response.status, read("code") ?? `HTTP_${response.status}`, detail, detailTh);
}

/** The JSON at a path. Throws HubProblem, or the AbortError of `signal`. */
export async function fetchJson<T>(
  path: string,
  query: Query,
  key: string | null,
  signal: AbortSignal,
): Promise<T> {
  const headers = { Accept: "application/json, application/geo+json", ...keyHeader(key) };
  return ask<T>(address(path, query), { signal, headers });
}

/** The JSON that answers what is sent to a path. Throws HubProblem. */
export async function sendJson<T>(path: string, body: unknown, key: string | null): Promise<T> {
  const headers = { Accept: "application/json", "Content-Type": "application/json", ...keyHeader(key) };
  return ask<T>(path, { method: "POST", body: JSON.stringify(body), headers });
}

function keyHeader(key: string | null): Record<string, string> {
  return key === null ? {} : { "X-API-Key": key };
}

async function ask<T>(where: string, request: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(where, request);
  } catch (error) {
    if (request.signal?.aborted === true) throw error;
    throw OFFLINE;
  }
  if (!response.ok) throw await toProblem(response);
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (request.signal?.aborted === true) throw error;
    throw new HubProblem(
      response.status,
      "NOT_JSON",
      "The hub's answer could not be read.",
      "อ่านคำตอบของระบบไม่ได้",
    );
  }
}
