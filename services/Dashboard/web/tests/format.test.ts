import { describe, expect, it } from 'vitest';
import { age, count, date, delta, doctorName, hospitalName, money, moneyCompact, moneyExact, patientName, percent, seconds } from '../src/lib/format';

describe('figures as a person reads them', () => {
  it('shows nothing measured as a dash, never as zero', () => {
    expect([money(null), count(undefined), percent(Number.NaN), seconds(null), date(null), date('nonsense')]).toEqual(['–', '–', '–', '–', '–', '–']);
    expect(count(0)).toBe('0');
  });
  it('writes money in full, whole and short', () => {
    expect(moneyExact(1234.5)).toBe('$1,234.50');
    expect(money(1234.5)).toBe('$1,235');
    expect(moneyCompact(5_391_222)).toBe('$5.39M');
    expect(moneyCompact(510_219)).toBe('$510K');
  });
  it('takes the unit of a duration from its size', () => {
    expect([0, 0.0134, 0.9996, 2.34, 59.6, 75, 3725].map(seconds)).toEqual(['0 ms', '13 ms', '1.0 s', '2.3 s', '1 min 0 s', '1 min 15 s', '1 h 2 min']);
    expect([8_000, 190_000, 7_300_000, 200_000_000].map(age)).toEqual(['8 s', '3 min', '2 h', '2 days']);
  });
  it('signs a change with a real minus', () => {
    expect([delta(4.24), delta(-4.24), delta(0), delta(null)]).toEqual(['+4.2%', '−4.2%', '0.0%', '–']);
  });
  it('reads dates of the data as UTC', () => expect(date('2026-04-01T23:30:00Z')).toBe('1 Apr 2026'));
  it('names patients by number only and keeps what names nobody', () => {
    expect([patientName(1234), patientName(-1), doctorName(-1, null), doctorName(4, null), hospitalName(''), hospitalName('h2'), hospitalName('north')])
      .toEqual(['Patient 1234', 'No patient recorded', 'No doctor recorded', 'Doctor 4', 'All hospitals', 'Hospital 2', 'Hospital north']);
  });
});
