const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 2026-04-01 or 2026-04-17 to 2026-04. */
export const monthOf = (day: string) => day.slice(0, 7);
export const addMonths = (month: string, add: number) => {
  const total = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + add;
  return `${Math.floor(total / 12)}-${String((total % 12) + 1).padStart(2, '0')}`;
};
/** Apr 2026. */
export const monthLabel = (month: string) => `${names[Number(month.slice(5, 7)) - 1] ?? '?'} ${month.slice(0, 4)}`;
/** Two lines for an axis, the year always there. */
export const monthAxis = (month: string) => `${names[Number(month.slice(5, 7)) - 1] ?? '?'}\n${month.slice(0, 4)}`;
export const thisMonth = (now: Date) => now.toISOString().slice(0, 7);

/** Rows by month in time order, with a row made for every month that has none, so that no line is drawn across a gap. */
export function everyMonth<T>(rows: readonly T[], month: (row: T) => string, none: (month: string) => T): T[] {
  const byMonth = new Map(rows.map((row) => [monthOf(month(row)), row]));
  const known = [...byMonth.keys()].sort();
  const first = known[0];
  const last = known[known.length - 1];
  if (first === undefined || last === undefined) return [];
  const all: T[] = [];
  for (let at = first; at <= last; at = addMonths(at, 1)) all.push(byMonth.get(at) ?? none(at));
  return all;
}
