import { describe, expect, it } from 'vitest';
import { joinBands, lastMonthChange, rate, sum, topAndOther } from '../src/lib/figures';
import { addMonths, everyMonth, monthAxis, monthLabel } from '../src/lib/months';

describe('months', () => {
  it('go over years both ways', () => expect([addMonths('2026-01', -1), addMonths('2025-12', 1), addMonths('2026-04', -11)]).toEqual(['2025-12', '2026-01', '2025-05']));
  it('always say the year', () => expect([monthLabel('2026-04'), monthAxis('2025-12')]).toEqual(['Apr 2026', 'Dec\n2025']));
  it('come in time order, with empty months put in', () => {
    const rows = everyMonth([{ at: '2026-02-01', n: 2 }, { at: '2025-11-01', n: 1 }], (row) => row.at, (month) => ({ at: month, n: 0 }));
    expect(rows.map((row) => [row.at.slice(0, 7), row.n])).toEqual([['2025-11', 1], ['2025-12', 0], ['2026-01', 0], ['2026-02', 2]]);
  });
  it('are none where there are none', () => expect(everyMonth([], () => '', () => 0)).toEqual([]));
});

describe('changes', () => {
  const series = [{ month: '2026-01', value: 100 }, { month: '2026-02', value: 110 }, { month: '2026-03', value: 5 }];
  it('compare whole months, never the running one', () => expect(lastMonthChange(series, '2026-03')).toBeCloseTo(10));
  it('say nothing without two whole months or from zero', () => {
    expect(lastMonthChange(series.slice(1), '2026-03')).toBeNull();
    expect(lastMonthChange([{ month: '2026-01', value: 0 }, { month: '2026-02', value: 1 }], '2026-03')).toBeNull();
    expect(rate(1, 0)).toBeNull();
  });
  it('merge what is beyond the top, and keep one that would stand alone', () => {
    const merge = (rest: readonly number[]) => sum(rest, (n) => n);
    expect(topAndOther([5, 4, 3, 2, 1], 3, merge)).toEqual([5, 4, 3, 3]);
    expect(topAndOther([5, 4, 3, 2], 3, merge)).toEqual([5, 4, 3, 2]);
  });
});

describe('spending bands', () => {
  const fine = Array.from({ length: 60 }, (_, i) => ({ from: i * 100, patients: 60 - i, billed: (60 - i) * i * 100 }));
  it('lose no patient and no money, whatever the width', () => {
    for (const most of [2, 4, 10, 16]) {
      const bands = joinBands(fine, 100, most);
      expect(bands.length).toBeLessThanOrEqual(most);
      expect(sum(bands, (band) => band.patients)).toBe(sum(fine, (band) => band.patients));
      expect(sum(bands, (band) => band.billed)).toBe(sum(fine, (band) => band.billed));
    }
  });
  it('gather one enormous bill into an open band instead of stretching all', () => {
    const bands = joinBands([{ from: 0, patients: 900, billed: 1 }, { from: 100, patients: 99, billed: 1 }, { from: 9_000_000, patients: 1, billed: 1 }], 100, 10);
    expect(bands.at(-1)).toMatchObject({ to: null, patients: 1 });
    expect(bands.length).toBeLessThanOrEqual(10);
  });
  it('are none without patients', () => expect(joinBands([], 100, 10)).toEqual([]));
});
