import { Badge, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { Chart } from '../charts/Chart';
import { lagMinutes, spark, type Drawing } from '../charts/options';
import { DataTable, type Column } from '../components/DataTable';
import { Icon, type IconName } from '../components/Icon';
import { Kpi } from '../components/Kpi';
import { ViewHead } from '../components/Shell';
import { Tile } from '../components/Tile';
import { sum } from '../lib/figures';
import { count, countCompact, dateTime, perSecond, seconds, timeOfDay } from '../lib/format';
import { useLive } from '../state/live';
import type { LineMessage, LineStop, Sample } from '../state/liveReducer';
import { useTile } from '../state/tiles';
import type { ModelRow, TestRow } from './rows';

const words = { healthy: 'Working', starting: 'Waiting', unhealthy: 'Failing' } as const;
const barSeconds = 5;

export function Line() {
  const { line, samples } = useLive();
  const stops = line?.line.stops ?? [];
  const [picked, setPicked] = useState<string | null>(null);
  const stop = stops.find((each) => each.name === picked) ?? stops.find((each) => each.condition === 'unhealthy') ?? stops.find((each) => each.condition === 'starting') ?? stops[0];
  const five = line?.freshness.lastFiveMinutes;
  const run = line?.freshness.wholeRun;
  const dead = sum(stops, (each) => each.deadLetters);
  const failing = stops.filter((each) => each.condition !== 'healthy');
  const lag = useMemo(() => samples.map((sample) => sample.canaryLagSeconds), [samples]);
  const rates = useMemo(() => samples.map((sample) => sample.rates['producer'] ?? sample.rates['topics'] ?? null), [samples]);
  const rate = stops.find((each) => each.name === 'producer')?.eventsPerSecond ?? stops.find((each) => each.name === 'topics')?.eventsPerSecond;
  const value = (text: string) => (line ? text : undefined);
  return (
    <>
      <ViewHead title="The line" sub="From an event in the hospital to this page: every stop, as it is now" period={false} hospital={false} />
      <div className="kpis kpis-5">
        <Kpi label="Commit to chart, half within" value={value(seconds(five?.p50Seconds))} note={`whole run ${seconds(run?.p50Seconds)}`} trend={lag} />
        <Kpi label="95 in 100 within" value={value(seconds(five?.p95Seconds))} note={`whole run ${seconds(run?.p95Seconds)}, slowest ${seconds(run?.maxSeconds)}`} />
        <Kpi label="Events produced" value={value(perSecond(rate))} note={`${countCompact(stops[0]?.eventsTotal)} so far`} trend={rates} color="teal" />
        <Kpi label="Dead letters" value={value(count(dead))} note={dead === 0 ? 'nothing was set aside' : 'kept with reason and position'} />
        <Kpi label="Stops working" value={value(stops.length ? `${stops.length - failing.length} of ${stops.length}` : '–')} note={failing.length === 0 ? 'all well' : failing.map((each) => each.title).join(', ')} />
      </div>
      {stops.length === 0
        ? <div className="tile line-none">{line ? 'The stops are not sampled in this process. Roles that run elsewhere report to their own health endpoints.' : 'Opening the live channel…'}</div>
        : (
          <>
            <ol className="flow" aria-label="Stops of the line, left to right">
              {stops.map((each) => <Stop key={each.name} stop={each} on={each.name === stop?.name} pick={() => setPicked(each.name)} />)}
            </ol>
            {stop && <Detail stop={stop} samples={samples} />}
          </>
        )}
      <div className="line-tiles">
        <Minutes />
        <Models />
        <div className="line-tests"><Tests /></div>
      </div>
    </>
  );
}

function Stop({ stop, on, pick }: { stop: LineStop; on: boolean; pick: () => void }) {
  return (
    <li className={`stop stop-${stop.condition}${on ? ' stop-on' : ''}`}>
      <UnstyledButton onClick={pick} aria-pressed={on} aria-label={`${stop.title}: ${words[stop.condition]}, ${perSecond(stop.eventsPerSecond)}, lag ${stop.lagRecords ?? 'not measured'}, ${stop.deadLetters} dead letters`} className="stop-card">
        <span className="stop-icon"><Icon name={stop.name as IconName} size={20} /></span>
        <span className="stop-title">{stop.title}</span>
        <span className="stop-rate">{perSecond(stop.eventsPerSecond)}</span>
        <span className="stop-row"><span>total</span><b>{countCompact(stop.eventsTotal)}</b></span>
        <span className="stop-row"><span>lag</span><b>{stop.lagSeconds !== null ? seconds(stop.lagSeconds) : countCompact(stop.lagRecords)}</b></span>
        <span className="stop-state"><i />{words[stop.condition]}</span>
        {stop.deadLetters > 0 && <Badge className="stop-dead" size="xs" color="red" variant="filled">{count(stop.deadLetters)} dead</Badge>}
      </UnstyledButton>
    </li>
  );
}

function Detail({ stop, samples }: { stop: LineStop; samples: readonly Sample[] }) {
  const rates = useMemo(() => samples.map((sample) => sample.rates[stop.name] ?? null), [samples, stop.name]);
  const draw = useCallback((drawing: Drawing) => spark(rates, drawing.colors.teal, drawing), [rates]);
  const facts = [
    { label: 'Records so far', value: count(stop.eventsTotal) }, { label: 'Rate', value: perSecond(stop.eventsPerSecond) }, { label: 'Lag, records', value: count(stop.lagRecords) },
    { label: 'Lag, oldest record', value: seconds(stop.lagSeconds) }, { label: 'Dead letters', value: count(stop.deadLetters) }, ...stop.facts,
  ];
  return (
    <section className={`tile detail stop-${stop.condition}`} aria-label={`${stop.title} in detail`}>
      <div className="detail-head">
        <span className="stop-icon"><Icon name={stop.name as IconName} size={22} /></span>
        <div><h2>{stop.title}</h2><Text size="sm" c="dimmed">{stop.detail ? stop.detail.charAt(0).toUpperCase() + stop.detail.slice(1) : words[stop.condition]}</Text></div>
      </div>
      <dl className="facts">{facts.map((fact) => <div key={fact.label}><dt>{fact.label}</dt><dd>{fact.value}</dd></div>)}</dl>
      <div className="detail-spark"><Text size="xs" c="dimmed">Records a second, last two minutes</Text><div className="detail-chart"><Chart draw={draw} label={`${stop.title}: records a second over the last two minutes`} /></div></div>
    </section>
  );
}

function Minutes() {
  const query = useQuery({ queryKey: ['line'], queryFn: async () => { const answer = await fetch('/api/line'); if (!answer.ok) throw new Error('no answer'); return (await answer.json()) as LineMessage; }, refetchInterval: 15_000 });
  const minutes = useMemo(() => (query.data?.freshness.minutes ?? []).map((minute) => ({ at: minute.at, p50: minute.figures.p50Seconds, p95: minute.figures.p95Seconds })), [query.data]);
  const draw = useCallback((drawing: Drawing) => lagMinutes(minutes, barSeconds, drawing), [minutes]);
  return (
    <Tile title="Commit to chart by minute" note="From the hospital's database to a live channel" query={query} empty={minutes.length === 0} emptyText="No canary has come through yet."
      table={() => ({ columns: ['Minute (UTC)', 'Deliveries', 'p50 s', 'p95 s', 'Slowest s'], rows: (query.data?.freshness.minutes ?? []).map((minute) => [minute.at, minute.figures.deliveries, minute.figures.p50Seconds, minute.figures.p95Seconds, minute.figures.maxSeconds]) })}>
      <Chart draw={draw} label={`Commit to chart by minute, ${minutes.length} minutes.`} />
    </Tile>
  );
}

const modelColumns: Column<ModelRow>[] = [
  { key: 'model', title: 'Model', value: (row) => row.model },
  { key: 'rows', title: 'Rows', value: (row) => row.rows, show: (row) => count(row.rows), align: 'right' },
  { key: 'changed', title: 'Changed', value: (row) => row.changed_rows, show: (row) => count(row.changed_rows), align: 'right', wide: true },
  { key: 'took', title: 'Took', value: (row) => row.took_ms, show: (row) => (row.took_ms === null ? '–' : seconds(row.took_ms / 1000)), align: 'right' },
  { key: 'built', title: 'Built', value: (row) => row.built_at, show: (row) => timeOfDay(row.built_at), wide: true },
  { key: 'ok', title: 'State', value: (row) => (row.ok ? 'built' : 'failed'), show: (row) => <Badge variant="light" radius="sm" size="sm" color={row.ok ? 'teal' : 'red'}>{row.ok ? 'built' : 'failed'}</Badge> },
];

function Models() {
  const tile = useTile<ModelRow>('models');
  return (
    <Tile title="Models" note="What the transform last built" query={tile} empty={tile.rows?.length === 0} emptyText="No model was built yet."
      table={() => ({ columns: ['Model', 'Schema', 'Kind', 'Rows', 'Took ms', 'Changed rows', 'Built (UTC)'], rows: (tile.rows ?? []).map((row) => [row.model, row.schema_name, row.kind, row.rows, row.took_ms, row.changed_rows, row.built_at]) })}>
      <DataTable rows={tile.rows ?? []} columns={modelColumns} sort={{ key: 'model', desc: false }} caption="Models" pageSize={60} />
    </Tile>
  );
}

const testColumns: Column<TestRow>[] = [
  { key: 'test', title: 'Test', value: (row) => row.test },
  { key: 'status', title: 'Result', value: (row) => row.status, show: (row) => <Badge variant="light" radius="sm" size="sm" color={row.status === 'pass' ? 'teal' : row.status === 'warn' ? 'yellow' : 'red'}>{row.status}</Badge> },
  { key: 'model', title: 'Model', value: (row) => row.model },
  { key: 'severity', title: 'Severity', value: (row) => row.severity, wide: true },
  { key: 'ran', title: 'Ran (UTC)', value: (row) => row.ran_at, show: (row) => dateTime(row.ran_at), wide: true },
  { key: 'failures', title: 'Rows against', value: (row) => row.failures, show: (row) => count(row.failures), align: 'right' },
];

function Tests() {
  const tile = useTile<TestRow>('model-tests');
  const bad = (tile.rows ?? []).filter((row) => row.status !== 'pass');
  return (
    <Tile title="Data tests" note={tile.rows ? `${count(tile.rows.length - bad.length)} of ${count(tile.rows.length)} pass` : undefined} query={tile} empty={tile.rows?.length === 0} emptyText="No test has run yet."
      table={() => ({ columns: ['Test', 'Model', 'Severity', 'Result', 'Rows against', 'Ran (UTC)'], rows: (tile.rows ?? []).map((row) => [row.test, row.model, row.severity, row.status, row.failures, row.ran_at]) })}>
      <DataTable rows={tile.rows ?? []} columns={testColumns} caption="Data tests" pageSize={60} />
    </Tile>
  );
}
