import { describe, expect, it } from 'vitest';
import { live, liveAtStart, samplesKept, tokenOf, type LineMessage, type MartsMessage } from '../src/state/liveReducer';

const marts: MartsMessage = { version: 7, asOf: '2026-04-01T10:00:00Z', beatAt: null, canaryLagSeconds: 0.4, models: { visits: 'a1', bills: 'b2' } };
const line = (rate: number): LineMessage => ({
  at: '2026-04-01T10:00:05.000Z', viewers: 1, martsVersion: 7, martsAsOf: null,
  freshness: { lastFiveMinutes: { deliveries: 0, p50Seconds: null, p95Seconds: null, maxSeconds: null }, wholeRun: { deliveries: 0, p50Seconds: null, p95Seconds: null, maxSeconds: null }, lastBeatAt: null, lastDeliveredAt: null, minutes: [] },
  line: { at: '2026-04-01T10:00:05Z', stops: [{ name: 'lake', title: 'Lake', condition: 'healthy', detail: '', eventsTotal: 1, eventsPerSecond: rate, lagRecords: 0, lagSeconds: 0, deadLetters: 0, facts: [] }] },
});

describe('what the page knows of the line', () => {
  it('keeps the marts when the channel closes', () => {
    const state = live(live(liveAtStart, { kind: 'marts', at: 5, message: marts }), { kind: 'closed' });
    expect([state.connected, state.marts, state.lastMessageAt]).toEqual([false, marts, 5]);
  });
  it('takes the server clock from each line event', () => expect(live(liveAtStart, { kind: 'line', at: Date.parse('2026-04-01T10:00:03Z'), message: line(1) }).serverAhead).toBe(2_000));
  it('keeps two minutes of samples and no more', () => {
    let state = live(liveAtStart, { kind: 'marts', at: 0, message: marts });
    for (let i = 0; i < samplesKept + 30; i++) state = live(state, { kind: 'line', at: i, message: line(i) });
    expect([state.samples.length, state.samples[0]!.rates['lake'], state.samples.at(-1)!.rates['lake'], state.samples.at(-1)!.canaryLagSeconds]).toEqual([samplesKept, 30, samplesKept + 29, 0.4]);
  });
  it('names a tile by the builds of its models, else by the version', () => {
    expect(tokenOf(['visits', 'bills'], marts)).toBe('a1|b2');
    expect(tokenOf(['visits', 'unknown'], marts)).toBe('a1|v7');
    expect(tokenOf(['*'], { ...marts, version: 8 })).not.toBe(tokenOf(['*'], marts));
  });
});
