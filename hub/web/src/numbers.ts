/** Numbers as they are shown. Both languages write Arabic digits with a comma every three. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const TENTH = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1, minimumFractionDigits: 1 });

export function whole(value: number): string {
  return WHOLE.format(value);
}

/** `part` of `total` in per cent with one decimal; a dash when there is nothing to divide by. */
export function percent(part: number, total: number): string {
  return total > 0 ? `${TENTH.format((100 * part) / total)}%` : "–";
}

/** Large sums of baht in words of million, so that they can be read aloud. */
export function baht(value: number, million: string): string {
  return value >= 1_000_000 ? `${TENTH.format(value / 1_000_000)} ${million}` : WHOLE.format(value);
}
