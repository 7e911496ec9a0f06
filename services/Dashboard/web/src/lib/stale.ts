/** Silence on the channel after which what is shown counts as stale. A line event comes every second. */
export const silentAfterMs = 10_000;
/** Age of the marts after which the page says they are late, though the channel works. */
export const lateAfterMs = 120_000;

export type Freshness =
  | { kind: 'waiting' }
  | { kind: 'live'; ageMs: number }
  | { kind: 'late'; ageMs: number }
  | { kind: 'silent'; ageMs: number };

/**
 * What to say of the data's age.
 * @param now browser clock, ms
 * @param lastMessageAt browser clock at the last message, or null before the first
 * @param asOf when the marts were published, by the server's clock, ms
 * @param serverAhead server clock minus browser clock, ms
 */
export function freshness(now: number, lastMessageAt: number | null, asOf: number | null, serverAhead: number): Freshness {
  if (lastMessageAt === null) return { kind: 'waiting' };
  const ageMs = asOf === null ? now - lastMessageAt : Math.max(0, now + serverAhead - asOf);
  if (now - lastMessageAt > silentAfterMs) return { kind: 'silent', ageMs };
  if (asOf === null) return { kind: 'waiting' };
  return ageMs > lateAfterMs ? { kind: 'late', ageMs } : { kind: 'live', ageMs };
}
