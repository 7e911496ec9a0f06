export interface LineFact { label: string; value: string }
export interface LineStop {
  name: string; title: string; condition: 'starting' | 'healthy' | 'unhealthy'; detail: string;
  eventsTotal: number | null; eventsPerSecond: number | null; lagRecords: number | null; lagSeconds: number | null; deadLetters: number; facts: LineFact[];
}
export interface Figures { deliveries: number; p50Seconds: number | null; p95Seconds: number | null; maxSeconds: number | null }
export interface FreshnessReport { lastFiveMinutes: Figures; wholeRun: Figures; lastBeatAt: string | null; lastDeliveredAt: string | null; minutes: { at: string; figures: Figures }[] }
export interface LineMessage {
  at: string; line: { at: string; stops: LineStop[] }; freshness: FreshnessReport; viewers: number; martsVersion: number | null; martsAsOf: string | null;
}
export interface MartsMessage { version: number; asOf: string | null; beatAt: string | null; canaryLagSeconds: number; models: Record<string, string> }

export interface Sample { at: number; rates: Record<string, number | null>; canaryLagSeconds: number | null }
export interface LiveState {
  connected: boolean;
  /** Browser clock at the last message of any kind. */
  lastMessageAt: number | null;
  /** Server clock minus browser clock, ms. */
  serverAhead: number;
  marts: MartsMessage | null;
  line: LineMessage | null;
  /** About the last two minutes, oldest first. */
  samples: Sample[];
}

export type LiveEvent =
  | { kind: 'open' }
  | { kind: 'closed' }
  | { kind: 'marts'; at: number; message: MartsMessage }
  | { kind: 'line'; at: number; message: LineMessage };

export const samplesKept = 120;
export const liveAtStart: LiveState = { connected: false, lastMessageAt: null, serverAhead: 0, marts: null, line: null, samples: [] };

/** What the page knows after one more event of the live channel. */
export function live(state: LiveState, event: LiveEvent): LiveState {
  switch (event.kind) {
    case 'open':
      return { ...state, connected: true };
    case 'closed':
      return { ...state, connected: false };
    case 'marts':
      return { ...state, connected: true, lastMessageAt: event.at, marts: event.message };
    case 'line': {
      const sample: Sample = {
        at: event.at,
        rates: Object.fromEntries(event.message.line.stops.map((stop) => [stop.name, stop.eventsPerSecond])),
        canaryLagSeconds: state.marts?.canaryLagSeconds ?? null,
      };
      return {
        ...state,
        connected: true,
        lastMessageAt: event.at,
        serverAhead: Date.parse(event.message.at) - event.at,
        line: event.message,
        samples: [...state.samples, sample].slice(-samplesKept),
      };
    }
  }
}

/** The same text for the same builds of the models; the server makes it alike (header X-Marts-Token). */
export const tokenOf = (models: readonly string[], marts: MartsMessage) => models.map((model) => marts.models[model] ?? `v${marts.version}`).join('|');
