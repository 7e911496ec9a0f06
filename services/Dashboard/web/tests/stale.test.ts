import { describe, expect, it } from 'vitest';
import { freshness, lateAfterMs, silentAfterMs } from '../src/lib/stale';

const now = 1_000_000;

describe('age of the data', () => {
  it('waits before the first message', () => expect(freshness(now, null, null, 0)).toEqual({ kind: 'waiting' }));
  it('waits while the channel speaks but nothing was published', () => expect(freshness(now, now - 500, null, 0).kind).toBe('waiting'));
  it('is live while the channel speaks and the marts are new', () => expect(freshness(now, now - 900, now - 2_000, 0)).toEqual({ kind: 'live', ageMs: 2_000 }));
  it('turns silent when nothing came, however new the marts were', () => {
    expect(freshness(now, now - silentAfterMs, now - silentAfterMs, 0).kind).toBe('live');
    expect(freshness(now, now - silentAfterMs - 1, now - silentAfterMs - 1, 0)).toEqual({ kind: 'silent', ageMs: silentAfterMs + 1 });
  });
  it('turns late when the channel speaks of old marts', () => expect(freshness(now, now - 1, now - lateAfterMs - 1, 0).kind).toBe('late'));
  it('reckons with a browser clock that is wrong', () => {
    expect(freshness(now, now - 1, now + 3_600_000 - 400, 3_600_000)).toEqual({ kind: 'live', ageMs: 400 });
    expect(freshness(now, now - 1, now + 5, 0)).toEqual({ kind: 'live', ageMs: 0 });
  });
});
