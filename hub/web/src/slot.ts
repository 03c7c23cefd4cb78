/** One thing the page wants to know: asked once per key, the older request given up, passing failures tried again. */

import { HubProblem } from "./api.ts";

export interface Slot<T> {
  /** What the value answers; "" is nothing. */
  readonly key: string;
  /** The latest answer, kept while the next one is on its way. */
  readonly value: T | null;
  /** Whether the value answers `key`; while the next answer is on its way it is the one before. */
  readonly isCurrent: boolean;
  readonly problem: HubProblem | null;
  readonly isLoading: boolean;
  want(key: string, fetch: (signal: AbortSignal) => Promise<T>): void;
  /** Forgets the value: nothing is wanted. */
  clear(): void;
  retry(): void;
  /** Replaces the value by one derived from it, such as a list with its next page. */
  put(value: T): void;
}

const RETRY_MS = 4_000;
/** A slider asks for many things in a row; only the one it rests on is asked of the hub. */
const PAUSE_MS = 120;

export function createSlot<T>(changed: () => void): Slot<T> {
  let key = "";
  let value: T | null = null;
  let answered = "";
  let problem: HubProblem | null = null;
  let isLoading = false;
  let controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ask: ((signal: AbortSignal) => Promise<T>) | null = null;

  const stop = (): void => {
    controller.abort();
    clearTimeout(timer);
  };

  const run = async (): Promise<void> => {
    stop();
    if (ask === null) return;
    controller = new AbortController();
    const { signal } = controller;
    isLoading = true;
    changed();
    try {
      const found = await ask(signal);
      if (signal.aborted) return;
      value = found;
      answered = key;
      problem = null;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof HubProblem)) throw error;
      problem = error;
      // Numbers of another day under the name of this one would be worse than none.
      if (!error.isPassing || answered !== key) value = null;
      if (error.isPassing) timer = setTimeout(() => void run(), RETRY_MS);
    }
    isLoading = false;
    changed();
  };

  return {
    get key() {
      return key;
    },
    get value() {
      return value;
    },
    get isCurrent() {
      return value !== null && answered === key;
    },
    get problem() {
      return problem;
    },
    get isLoading() {
      return isLoading;
    },
    want(wanted, fetch) {
      if (wanted === key) return;
      key = wanted;
      ask = fetch;
      if (!isLoading) return void run();
      stop();
      timer = setTimeout(() => void run(), PAUSE_MS);
    },
    clear() {
      if (key === "") return;
      stop();
      key = "";
      ask = null;
      value = null;
      problem = null;
      isLoading = false;
      changed();
    },
    retry() {
      void run();
    },
    put(replacement) {
      value = replacement;
      changed();
    },
  };
}
