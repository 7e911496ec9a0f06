import { Badge } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { Chart } from '../charts/Chart';
import { moneyByMonth, ranked, ring, type Drawing, type MonthMoney, type NamedBar } from '../charts/options';
import { palette } from '../charts/palette';
import { Tile } from '../components/Tile';
import { rate, sum, topAndOther } from '../lib/figures';
import { count, money, moneyCompact, moneyExact, percent } from '../lib/format';
import { everyMonth, monthLabel, monthOf, thisMonth } from '../lib/months';
import type { TileParams } from '../state/tiles';
import { useTile } from '../state/tiles';
import type { DiagnosisRow, MonthRevenue, StatusRow } from './rows';
import { useComputedColorScheme } from '@mantine/core';

export const running = () => thisMonth(new Date());

export function Status({ status }: { status: string }) {
  const look: Record<string, string> = { Paid: 'teal', 'Partly paid': 'blue', Outstanding: 'yellow', Pending: 'yellow', Unpaid: 'red' };
  return <Badge variant="light" color={look[status] ?? 'gray'} radius="sm" size="sm" className="status">{status}</Badge>;
}

export function monthMoney(rows: readonly { month_start: string; bill_count?: number; paid_amount: number; outstanding_amount: number }[]): MonthMoney[] {
  return everyMonth(
    rows.map((row): MonthMoney => ({ month: monthOf(row.month_start), paid: row.paid_amount, outstanding: row.outstanding_amount, bills: row.bill_count })),
    (row) => row.month, (month) => ({ month, paid: 0, outstanding: 0, bills: 0 }));
}

export const monthTable = (rows: readonly MonthMoney[]) => ({
  columns: ['Month', 'Bills', 'Billed', 'Paid', 'Outstanding', 'Collected %'],
  rows: rows.map((row) => [monthLabel(row.month), row.bills ?? null, round(row.paid + row.outstanding), row.paid, row.outstanding, round(rate(row.paid, row.paid + row.outstanding))]),
});
export const round = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);

export function RevenueByMonth({ params }: { params: TileParams }) {
  const tile = useTile<MonthRevenue>('revenue-by-month', params);
  const months = useMemo(() => monthMoney(tile.rows ?? []), [tile.rows]);
  const draw = useCallback((drawing: Drawing) => moneyByMonth(months, running(), drawing), [months]);
  const last = months[months.length - 1];
  return (
    <Tile title="Revenue by month" note="Billed amount by billing date" query={tile} empty={months.length === 0} table={() => monthTable(months)}>
      <Chart draw={draw} label={`Billed amount by month, paid and outstanding, ${months.length} months. ${last ? `${monthLabel(last.month)}: ${money(last.paid + last.outstanding)} billed, ${money(last.outstanding)} outstanding.` : ''}`} />
    </Tile>
  );
}

export function Diagnoses({ name = 'diagnoses', params, top = 10, title = 'Distribution of diagnoses' }: { name?: string; params: TileParams; top?: number; title?: string }) {
  const tile = useTile<DiagnosisRow>(name, params);
  const all = sum(tile.rows ?? [], (row) => row.visit_count);
  const bars = useMemo(() => topAndOther<NamedBar>(
    (tile.rows ?? []).map((row) => ({
      name: row.diagnosis, value: row.visit_count, share: rate(row.visit_count, all), muted: row.diagnosis === 'Not recorded',
      lines: [{ name: 'Visits', value: count(row.visit_count) }, { name: 'Share of visits', value: percent(rate(row.visit_count, all)) }, { name: 'Patients', value: count(row.unique_patients) }, { name: 'Average visit cost', value: moneyExact(row.avg_visit_cost) }],
    })), top,
    (rest) => { const visits = sum(rest, (row) => row.value); return { name: `Other (${rest.length})`, value: visits, share: rate(visits, all), muted: true, lines: [{ name: 'Visits', value: count(visits) }, { name: 'Diagnoses', value: count(rest.length) }] }; },
  ), [tile.rows, all, top]);
  const draw = useCallback((drawing: Drawing) => ranked(bars, drawing.colors.teal, count, drawing), [bars]);
  return (
    <Tile title={title} note={tile.rows ? `${count(all)} visits, ${count(tile.rows.length)} diagnoses` : 'Visits by diagnosis'} query={tile} empty={all === 0}
      table={() => ({ columns: ['Diagnosis', 'Visits', 'Share %', 'Patients', 'Average visit cost'], rows: (tile.rows ?? []).map((row) => [row.diagnosis, row.visit_count, round(rate(row.visit_count, all)), row.unique_patients, row.avg_visit_cost]) })}>
      <Chart draw={draw} label={`Visits by diagnosis. ${bars.slice(0, 3).map((bar) => `${bar.name} ${percent(bar.share)}`).join(', ')}.`} />
    </Tile>
  );
}

const statusOrder = ['Paid', 'Pending', 'Unpaid', 'Not recorded'];

export function PaymentStatus({ params }: { params: TileParams }) {
  const tile = useTile<StatusRow>('payment-status', params);
  const dark = useComputedColorScheme('light') === 'dark';
  const colors = useMemo(() => palette(dark), [dark]);
  const slices = useMemo(() => {
    const names = [...new Set((tile.rows ?? []).map((row) => row.payment_status))].sort((a, b) => (statusOrder.indexOf(a) + 9) % 9 - (statusOrder.indexOf(b) + 9) % 9 || a.localeCompare(b));
    const tints: Record<string, string> = { Paid: colors.blue, Pending: colors.amber, Unpaid: colors.rose };
    return names.map((name) => {
      const rows = tile.rows!.filter((row) => row.payment_status === name);
      return { name, value: sum(rows, (row) => row.billed_amount), bills: sum(rows, (row) => row.bill_count), color: tints[name] ?? colors.slate };
    });
  }, [tile.rows, colors]);
  const all = sum(slices, (slice) => slice.value);
  const draw = useCallback((drawing: Drawing) => ring(slices, drawing), [slices]);
  return (
    <Tile title="Payment status" note="All bills, as of now" query={tile} empty={all === 0}
      table={() => ({ columns: ['Status', 'Bills', 'Billed', 'Share %'], rows: slices.map((slice) => [slice.name, slice.bills, round(slice.value), round(rate(slice.value, all))]) })}>
      <div className="ring">
        <div className="ring-chart">
          <Chart draw={draw} label={`Billed amount by payment status: ${slices.map((slice) => `${slice.name} ${percent(rate(slice.value, all))}`).join(', ')}.`} />
          <div className="ring-mid"><strong>{moneyCompact(all)}</strong><span>billed</span></div>
        </div>
        <ul className="ring-list">
          {slices.map((slice) => (
            <li key={slice.name}><i style={{ background: slice.color }} /><span>{slice.name}</span><b>{percent(rate(slice.value, all))}</b><small>{money(slice.value)} · {count(slice.bills)} bills</small></li>
          ))}
        </ul>
      </div>
    </Tile>
  );
}
