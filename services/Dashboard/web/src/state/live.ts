import { useSyncExternalStore } from 'react';
import { live, liveAtStart, type LineMessage, type LiveEvent, type LiveState, type MartsMessage } from './liveReducer';

const hiddenTooLongMs = 30_000;
const reopenMs = 3_000;

/** The page's one live channel. Tabs that stay hidden give their connection back, since a browser has six for a host. */
class LiveChannel {
  private state: LiveState = liveAtStart;
  private readonly watchers = new Set<() => void>();
  private source: EventSource | null = null;
  private timer: number | undefined;

  readonly subscribe = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly get = () => this.state;

  start() {
    this.open();
    document.addEventListener('visibilitychange', () => {
      window.clearTimeout(this.timer);
      if (document.hidden) this.timer = window.setTimeout(() => this.close(), hiddenTooLongMs);
      else if (this.source === null) this.open();
    });
  }

  private open() {
    this.source?.close();
    const source = new EventSource('/api/live');
    this.source = source;
    source.onopen = () => this.take({ kind: 'open' });
    source.addEventListener('marts', (event) => this.take({ kind: 'marts', at: Date.now(), message: JSON.parse(event.data) as MartsMessage }));
    source.addEventListener('line', (event) => this.take({ kind: 'line', at: Date.now(), message: JSON.parse(event.data) as LineMessage }));
    source.onerror = () => {
      this.take({ kind: 'closed' });
      // The browser reopens a broken channel by itself, but gives up where it was refused.
      if (source.readyState === EventSource.CLOSED && this.source === source) {
        this.timer = window.setTimeout(() => void this.again(), reopenMs);
      }
    };
  }

  private async again() {
    const session = await fetch('/api/session').catch(() => null);
    if (session?.status === 401) location.reload();
    else this.open();
  }

  private close() {
    this.source?.close();
    this.source = null;
    this.take({ kind: 'closed' });
  }

  private take(event: LiveEvent) {
    this.state = live(this.state, event);
    for (const watcher of this.watchers) watcher();
  }
}

export const liveChannel = new LiveChannel();
export const useLive = () => useSyncExternalStore(liveChannel.subscribe, liveChannel.get);
/** A part of the live state; the component draws again only when that part changes. */
export const useLivePart = <T>(part: (state: LiveState) => T) => useSyncExternalStore(liveChannel.subscribe, () => part(liveChannel.get()));
