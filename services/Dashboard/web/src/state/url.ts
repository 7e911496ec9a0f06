import { useCallback, useSyncExternalStore } from 'react';
import { addMonths, thisMonth } from '../lib/months';

export type View = 'overview' | 'doctors' | 'patients' | 'finance' | 'line';
export type Period = '1m' | '3m' | '6m' | '12m' | 'all';
export interface Place { view: View; id: number | null; hospital: string; period: Period }

export const periods: { value: Period; label: string; long: string }[] = [
  { value: '1m', label: '1M', long: 'This month' },
  { value: '3m', label: '3M', long: 'Last 3 months' },
  { value: '6m', label: '6M', long: 'Last 6 months' },
  { value: '12m', label: '12M', long: 'Last 12 months' },
  { value: 'all', label: 'All', long: 'All time' },
];

const views: Record<string, View> = { '': 'overview', doctors: 'doctors', patients: 'patients', finance: 'finance', line: 'line' };

/** Reads an address; what it does not know falls back to the default, so that any old link opens. */
export function readPlace(path: string, search: string): Place {
  const [, first = '', second] = path.split('/');
  const view = views[first] ?? 'overview';
  const id = (view === 'doctors' || view === 'patients') && second !== undefined && /^-?\d{1,16}$/.test(second) ? Number(second) : null;
  const query = new URLSearchParams(search);
  const period = periods.find((each) => each.value === query.get('period'))?.value ?? '12m';
  return { view, id, hospital: (query.get('hospital') ?? '').slice(0, 50), period };
}

/** The address of a place; defaults are left out. */
export function writePlace(place: Place): string {
  const path = place.view === 'overview' ? '/' : `/${place.view}${place.id === null ? '' : `/${place.id}`}`;
  const query = new URLSearchParams();
  if (place.hospital) query.set('hospital', place.hospital);
  if (place.period !== '12m') query.set('period', place.period);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** First day of a period, or nothing for all time. It starts with a month, so that every month shown is a whole one. */
export function periodStart(period: Period, now: Date): string | undefined {
  if (period === 'all') return undefined;
  return `${addMonths(thisMonth(now), 1 - Number(period.slice(0, -1)))}-01`;
}

const moved = new EventTarget();
const subscribe = (watcher: () => void) => {
  window.addEventListener('popstate', watcher);
  moved.addEventListener('moved', watcher);
  return () => {
    window.removeEventListener('popstate', watcher);
    moved.removeEventListener('moved', watcher);
  };
};

export function go(place: Place, replace = false) {
  const address = writePlace(place);
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  moved.dispatchEvent(new Event('moved'));
}

export function usePlace() {
  const address = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const [path = '/', search = ''] = address.split('?');
  const place = readPlace(path, search);
  const move = useCallback((change: Partial<Place>) => {
    const next = { ...readPlace(location.pathname, location.search), ...change };
    const elsewhere = change.view !== undefined || change.id !== undefined;
    go(next, !elsewhere);
    if (elsewhere) window.scrollTo(0, 0);
  }, []);
  return { place, move };
}
