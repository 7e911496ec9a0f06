import { describe, expect, it } from 'vitest';
import { fit, type Box } from '../src/state/layout';
import { periodStart, readPlace, writePlace, type Place } from '../src/state/url';

describe('the address keeps the place', () => {
  it('comes back from every place it is written for', () => {
    for (const view of ['overview', 'doctors', 'patients', 'finance', 'line'] as const)
      for (const id of view === 'doctors' || view === 'patients' ? [null, -1, 2251799813685249] : [null])
        for (const hospital of ['', 'h1', 'a&b=c #?'])
          for (const period of ['1m', '12m', 'all'] as const) {
            const place: Place = { view, id, hospital, period };
            const [path = '', search = ''] = writePlace(place).split(/\?(.*)/s);
            expect(readPlace(path, search)).toEqual(place);
          }
  });
  it('opens any old link', () => {
    expect(readPlace('/nowhere/x', 'period=99y&hospital=')).toEqual({ view: 'overview', id: null, hospital: '', period: '12m' });
    expect(readPlace('/doctors/1;drop', '').id).toBeNull();
  });
  it('starts a period with the first day of a month', () => {
    const now = new Date('2026-04-17T12:00:00Z');
    expect([periodStart('1m', now), periodStart('3m', now), periodStart('12m', now), periodStart('all', now)]).toEqual(['2026-04-01', '2026-02-01', '2025-05-01', undefined]);
  });
});

describe('a kept arrangement', () => {
  const standard: Box[] = [{ i: 'a', x: 0, y: 0, w: 6, h: 5 }, { i: 'b', x: 6, y: 0, w: 6, h: 5 }];
  it('is taken where it fits', () => expect(fit({ boxes: [{ i: 'b', x: 0, y: 5, w: 12, h: 8 }], hidden: ['a'] }, standard)).toEqual({ boxes: [standard[0], { i: 'b', x: 0, y: 5, w: 12, h: 8 }], hidden: ['a'] }));
  it('gives way to the standard where it does not', () => {
    for (const kept of [null, 7, 'x', { boxes: 'no', hidden: 4 }, { boxes: [{ i: 'a', x: -1, y: 0, w: 99, h: 0 }], hidden: ['gone', 3] }])
      expect(fit(kept, standard)).toEqual({ boxes: standard, hidden: [] });
  });
});
