/** Last whole month against the one before, in percent; null where either is missing or the earlier is 0. The running month never counts. */
export function lastMonthChange(series: readonly { month: string; value: number }[], runningMonth: string): number | null {
  const whole = series.filter((point) => point.month < runningMonth);
  const last = whole[whole.length - 1];
  const before = whole[whole.length - 2];
  if (!last || !before || before.value === 0) return null;
  return ((last.value - before.value) / before.value) * 100;
}

export const sum = <T>(rows: readonly T[], value: (row: T) => number | null) => rows.reduce((total, row) => total + (value(row) ?? 0), 0);
export const rate = (part: number, total: number) => (total > 0 ? (part / total) * 100 : null);

/** The first rows, and the rest as one row named Other. */
export function topAndOther<T>(rows: readonly T[], top: number, merge: (rest: readonly T[]) => T): T[] {
  return rows.length <= top + 1 ? [...rows] : [...rows.slice(0, top), merge(rows.slice(top))];
}

export interface Band { from: number; to: number | null; patients: number; billed: number }

/** Joins fine bands into at most `most` bars of one round width; the long tail above the 99th percentile becomes one open bar. */
export function joinBands(fine: readonly { from: number; patients: number; billed: number }[], fineWidth: number, most: number): Band[] {
  const all = sum(fine, (band) => band.patients);
  if (all === 0) return [];
  let seen = 0;
  let limit = 0;
  for (const band of [...fine].sort((a, b) => a.from - b.from)) {
    seen += band.patients;
    limit = band.from + fineWidth;
    if (seen >= all * 0.99) break;
  }
  const widths = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10_000].map((step) => step * fineWidth);
  const width = widths.find((candidate) => Math.ceil(limit / candidate) <= most - 1) ?? Math.ceil(limit / (most - 1) / fineWidth) * fineWidth;
  const closed = Math.max(1, Math.ceil(limit / width));
  const bands: Band[] = Array.from({ length: closed }, (_, i) => ({ from: i * width, to: (i + 1) * width, patients: 0, billed: 0 }));
  const tail: Band = { from: closed * width, to: null, patients: 0, billed: 0 };
  for (const band of fine) {
    const target = bands[Math.floor(band.from / width)] ?? tail;
    target.patients += band.patients;
    target.billed += band.billed;
  }
  return tail.patients > 0 ? [...bands, tail] : bands;
}
