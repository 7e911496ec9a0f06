import { QueryClient, useQuery } from '@tanstack/react-query';
import type { Cell } from '../lib/csv';
import { liveChannel } from './live';
import { tokenOf } from './liveReducer';
import { periodStart, usePlace } from './url';

export interface TileData { models: string[]; columns: string[]; rows: Cell[][]; token: string; etag: string }
export type TileParams = { hospital?: string; from?: string; doctor?: number; patient?: number };

export class TileError extends Error {
  constructor(readonly status: number, message: string, readonly retryAfterMs: number) { super(message); }
}

/** What a change costs at most: one question a tile a second, however often the marts are published. */
const settleMs = 120;
const leastGapMs = 1_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      retry: (_, error) => !(error instanceof TileError) || error.status === 503 || error.status === 429,
      retryDelay: (attempt, error) => (error instanceof TileError ? error.retryAfterMs : Math.min(10_000, 500 * 2 ** attempt)),
    },
  },
});

async function fetchTile(name: string, params: TileParams, signal: AbortSignal): Promise<TileData> {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== undefined && value !== '').map(([key, value]) => [key, String(value)]));
  const known = queries.getQueryData<TileData>(['tile', name, params]);
  const answer = await fetch(`/api/tiles/${name}?${query.toString()}`, { signal, headers: known ? { 'If-None-Match': known.etag } : {} });
  const token = answer.headers.get('X-Marts-Token') ?? '';
  if (answer.status === 304 && known) return { ...known, token };
  if (answer.status === 401) location.reload();
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => null)) as { detail?: string } | null;
    throw new TileError(answer.status, problem?.detail ?? 'The server did not answer.', Number(answer.headers.get('Retry-After') ?? 2) * 1000);
  }
  const body = (await answer.json()) as Omit<TileData, 'token' | 'etag'>;
  return { ...body, token, etag: answer.headers.get('ETag') ?? '' };
}

export const tileQuery = (name: string, params: TileParams) => ({
  queryKey: ['tile', name, params],
  queryFn: ({ signal }: { signal: AbortSignal }) => fetchTile(name, params, signal),
});

/** One tile's rows as objects, kept true by the live channel. */
export function useTile<Row extends object>(name: string, params: TileParams = {}) {
  const result = useQuery({
    ...tileQuery(name, params),
    // While filters change the old picture stays; another doctor's or patient's never stands in.
    placeholderData: (before: TileData | undefined, query) => {
      const old = query?.queryKey[2] as TileParams | undefined;
      return old?.doctor === params.doctor && old?.patient === params.patient ? before : undefined;
    },
  });
  return { ...result, rows: result.data ? rowsOf<Row>(result.data) : undefined };
}

const made = new WeakMap<TileData, object[]>();

export function rowsOf<Row extends object>(data: TileData): Row[] {
  let rows = made.get(data);
  if (!rows) {
    rows = data.rows.map((row) => Object.fromEntries(data.columns.map((column, i) => [column, row[i]])));
    made.set(data, rows);
  }
  return rows as Row[];
}

/** The filters of the place, as most tiles take them. */
export function useFilters(): TileParams {
  const { place } = usePlace();
  return { hospital: place.hospital || undefined, from: periodStart(place.period, new Date()) };
}

/** Asks again, once a change, for the tiles on screen whose models were built anew. */
export function followMarts() {
  let version: number | null = null;
  let timer: number | undefined;
  let sweptAt = 0;
  const sweep = () => {
    timer = undefined;
    sweptAt = Date.now();
    const marts = liveChannel.get().marts;
    if (!marts) return;
    for (const query of queries.getQueryCache().findAll({ queryKey: ['tile'] })) {
      const data = query.state.data as TileData | undefined;
      if (data && data.token !== tokenOf(data.models, marts)) {
        void queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
      }
    }
  };
  return liveChannel.subscribe(() => {
    const marts = liveChannel.get().marts;
    if (!marts || marts.version === version) return;
    version = marts.version;
    timer ??= window.setTimeout(sweep, Math.max(settleMs, sweptAt + leastGapMs - Date.now()));
  });
}
