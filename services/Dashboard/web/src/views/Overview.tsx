import { useCallback, useMemo } from 'react';
import { Chart } from '../charts/Chart';
import { ranked, visitsByMonth, type Drawing } from '../charts/options';
import { Kpi } from '../components/Kpi';
import { ViewHead } from '../components/Shell';
import { Tile } from '../components/Tile';
import { TileGrid } from '../components/TileGrid';
import { lastMonthChange, rate, sum } from '../lib/figures';
import { count, countCompact, date, doctorName, money, moneyCompact, moneyExact, percent } from '../lib/format';
import { everyMonth, monthLabel, monthOf } from '../lib/months';
import { useFilters, useTile } from '../state/tiles';
import { periods, usePlace } from '../state/url';
import { Diagnoses, PaymentStatus, RevenueByMonth, running } from './parts';
import type { DoctorRow, MonthRevenue, MonthVisits, Overview as OverviewRow } from './rows';

export function Overview() {
  const params = useFilters();
  const { place } = usePlace();
  return (
    <>
      <ViewHead title="Overview" sub={<Since />} />
      <Figures />
      <TileGrid view="overview" tiles={[
        { box: { i: 'revenue', x: 0, y: 0, w: 7, h: 7 }, title: 'Revenue by month', content: <RevenueByMonth params={params} /> },
        { box: { i: 'diagnoses', x: 7, y: 0, w: 5, h: 7 }, title: 'Distribution of diagnoses', content: <Diagnoses params={params} top={9} /> },
        { box: { i: 'visits', x: 0, y: 7, w: 5, h: 6 }, title: 'Visits by month', content: <VisitsByMonth /> },
        { box: { i: 'status', x: 5, y: 7, w: 3, h: 6 }, title: 'Payment status', content: <PaymentStatus params={{ hospital: params.hospital }} /> },
        { box: { i: 'doctors', x: 8, y: 7, w: 4, h: 6 }, title: 'Top doctors by revenue', content: <TopDoctors key={place.hospital} /> },
      ]} />
    </>
  );
}

function Since() {
  const { place } = usePlace();
  const overview = useTile<OverviewRow>('overview', { hospital: place.hospital || undefined }).rows?.[0];
  if (!overview) return <>{periods.find((each) => each.value === place.period)?.long}</>;
  return <>{periods.find((each) => each.value === place.period)?.long} · {count(overview.patients)} patients and {count(overview.doctors)} doctors on record since {date(overview.first_visit_date)}</>;
}

function Figures() {
  const params = useFilters();
  const months = useTile<MonthRevenue>('revenue-by-month', params).rows;
  const visits = useTile<MonthVisits>('visits-by-month', params).rows;
  const overview = useTile<OverviewRow>('overview', { hospital: params.hospital }).rows?.[0];
  const at = running();
  const billed = useMemo(() => (months ?? []).map((row) => ({ month: monthOf(row.month_start), value: row.billed_amount })), [months]);
  const paid = useMemo(() => (months ?? []).map((row) => ({ month: monthOf(row.month_start), value: row.paid_amount })), [months]);
  const open = useMemo(() => (months ?? []).map((row) => ({ month: monthOf(row.month_start), value: row.outstanding_amount })), [months]);
  const seen = useMemo(() => (visits ?? []).map((row) => ({ month: monthOf(row.month_start), value: row.total_visits })), [visits]);
  const average = useMemo(() => (months ?? []).filter((row) => row.bill_count > 0).map((row) => ({ month: monthOf(row.month_start), value: row.billed_amount / row.bill_count })), [months]);
  const total = (series: { value: number }[]) => sum(series, (point) => point.value);
  const trend = (series: { month: string; value: number }[]) => series.filter((point) => point.month < at).map((point) => point.value);
  const bills = sum(months ?? [], (row) => row.bill_count);
  const trends = useMemo(() => [billed, paid, open, seen, average].map(trend), [billed, paid, open, seen, average]);
  const value = (text: string) => (months && visits ? text : undefined);
  return (
    <div className="kpis">
      <Kpi label="Billed" value={value(moneyCompact(total(billed)))} change={lastMonthChange(billed, at)} trend={trends[0]} />
      <Kpi label="Collected" value={value(moneyCompact(total(paid)))} note={`${percent(rate(total(paid), total(billed)))} of billed`} trend={trends[1]} />
      <Kpi label="Outstanding" value={value(moneyCompact(total(open)))} note={`${percent(rate(total(open), total(billed)))} of billed`} trend={trends[2]} color="amber" />
      <Kpi label="Visits" value={value(count(total(seen)))} change={lastMonthChange(seen, at)} trend={trends[3]} color="teal" />
      <Kpi label="Visits today" value={overview ? count(overview.visits_today) : undefined} note={overview ? `${count(overview.visits_7d)} in 7 days` : undefined}
        change={overview && overview.visits_previous_30d > 0 ? (100 * (overview.visits_30d - overview.visits_previous_30d)) / overview.visits_previous_30d : null} changeNote="last 30 days against the 30 before" />
      <Kpi label="Average bill" value={value(moneyExact(bills ? total(billed) / bills : null))} change={lastMonthChange(average, at)} note={`${countCompact(bills)} bills`} trend={trends[4]} color="violet" />
    </div>
  );
}

export function VisitsByMonth() {
  const tile = useTile<MonthVisits>('visits-by-month', useFilters());
  const months = useMemo(() => everyMonth(
    (tile.rows ?? []).map((row) => ({ month: monthOf(row.month_start), visits: row.total_visits, patients: row.unique_patients })), (row) => row.month, (month) => ({ month, visits: 0, patients: 0 })), [tile.rows]);
  const draw = useCallback((drawing: Drawing) => visitsByMonth(months, running(), drawing), [months]);
  return (
    <Tile title="Visits by month" note="Visits, and patients seen in the month" query={tile} empty={months.length === 0}
      table={() => ({ columns: ['Month', 'Visits', 'Patients seen'], rows: months.map((row) => [monthLabel(row.month), row.visits, row.patients]) })}>
      <Chart draw={draw} label={`Visits and patients by month, ${months.length} months.`} />
    </Tile>
  );
}

function TopDoctors() {
  const tile = useTile<DoctorRow>('doctors', useFilters());
  const { move } = usePlace();
  const top = useMemo(() => (tile.rows ?? []).filter((row) => row.doctor_id >= 0).slice(0, 8), [tile.rows]);
  const draw = useCallback((drawing: Drawing) => ranked(top.map((row) => ({
    name: doctorName(row.doctor_id, row.doctor_name), value: row.total_revenue,
    lines: [{ name: 'Specialization', value: row.specialization ?? '–' }, { name: 'Billed', value: money(row.total_revenue) }, { name: 'Visits', value: count(row.total_visits) }, { name: 'Collected', value: percent(row.collection_rate) }],
  })), drawing.colors.blue, moneyCompact, drawing), [top]);
  return (
    <Tile title="Top doctors by revenue" note="Bills of their visits in the period" query={tile} empty={top.length === 0}
      table={() => ({ columns: ['Doctor', 'Specialization', 'Billed', 'Visits'], rows: top.map((row) => [row.doctor_name, row.specialization, row.total_revenue, row.total_visits]) })}>
      <Chart draw={draw} label={`Top doctors by billed amount: ${top.slice(0, 3).map((row) => `${row.doctor_name} ${moneyCompact(row.total_revenue)}`).join(', ')}. Select one to open.`} onSelect={(_, i) => { const row = top[i]; if (row) move({ view: 'doctors', id: row.doctor_id }); }} />
    </Tile>
  );
}
