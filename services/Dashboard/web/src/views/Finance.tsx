import { useCallback, useMemo } from 'react';
import { Chart } from '../charts/Chart';
import { columns as bars, ranked, type Drawing } from '../charts/options';
import { DataTable, type Column } from '../components/DataTable';
import { Kpi } from '../components/Kpi';
import { ViewHead } from '../components/Shell';
import { Tile } from '../components/Tile';
import { TileGrid } from '../components/TileGrid';
import { lastMonthChange, rate, sum } from '../lib/figures';
import { count, date, doctorName, hospitalName, money, moneyCompact, percent } from '../lib/format';
import { monthOf } from '../lib/months';
import { useFilters, useTile } from '../state/tiles';
import { usePlace } from '../state/url';
import { PaymentStatus, RevenueByMonth, round, running } from './parts';
import type { MonthRevenue, RevenueDoctor, RevenueHospital, StatusRow } from './rows';

const columns: Column<RevenueDoctor>[] = [
  { key: 'name', title: 'Doctor', value: (row) => doctorName(row.doctor_id, row.doctor_name) },
  { key: 'specialization', title: 'Specialization', value: (row) => row.specialization, wide: true },
  { key: 'bills', title: 'Bills', value: (row) => row.bill_count, show: (row) => count(row.bill_count), align: 'right', wide: true },
  { key: 'billed', title: 'Billed', value: (row) => row.billed_amount, show: (row) => money(row.billed_amount), align: 'right' },
  { key: 'paid', title: 'Paid', value: (row) => row.paid_amount, show: (row) => money(row.paid_amount), align: 'right', wide: true },
  { key: 'outstanding', title: 'Outstanding', value: (row) => row.outstanding_amount, show: (row) => money(row.outstanding_amount), align: 'right', wide: true },
  { key: 'rate', title: 'Collected', value: (row) => row.collection_rate, show: (row) => percent(row.collection_rate), align: 'right' },
];

export function Finance() {
  const params = useFilters();
  const { move } = usePlace();
  const months = useTile<MonthRevenue>('revenue-by-month', params);
  const status = useTile<StatusRow>('payment-status', { hospital: params.hospital });
  const doctors = useTile<RevenueDoctor>('revenue-by-doctor', params);
  const hospitals = useTile<RevenueHospital>('revenue-by-hospital', params);
  const named = useMemo(() => (doctors.rows ?? []).filter((row) => row.doctor_id >= 0).slice(0, 12), [doctors.rows]);
  const aging = useMemo(() => {
    const open = (status.rows ?? []).filter((row) => row.bucket_order > 0);
    return [...new Map(open.map((row) => [row.aging_bucket, row.bucket_order]))].sort((a, b) => a[1] - b[1]).map(([bucket, order]) => {
      const rows = open.filter((row) => row.aging_bucket === bucket);
      return { bucket, order, amount: sum(rows, (row) => row.outstanding_amount), bills: sum(rows, (row) => row.bill_count), oldest: rows.map((row) => row.oldest_billing_date).filter(Boolean).sort()[0] ?? null };
    });
  }, [status.rows]);
  const open = sum(aging, (row) => row.amount);
  const old = sum(aging.filter((row) => row.order >= 4 && row.order <= 5), (row) => row.amount);
  const drawAging = useCallback((drawing: Drawing) => bars(aging.map((row) => ({
    name: row.bucket, value: row.amount, color: row.order >= 4 ? drawing.colors.rose : drawing.colors.amber,
    lines: [{ name: 'Outstanding', value: money(row.amount) }, { name: 'Share', value: percent(rate(row.amount, open)) }, { name: 'Bills', value: count(row.bills) }, { name: 'Oldest bill', value: date(row.oldest) }],
  })), 'Outstanding (US$)', 'Days since the bill', drawing.colors.amber, moneyCompact, drawing), [aging, open]);
  const drawDoctors = useCallback((drawing: Drawing) => ranked(named.map((row) => ({
    name: doctorName(row.doctor_id, row.doctor_name), value: row.billed_amount,
    lines: [{ name: 'Billed', value: money(row.billed_amount) }, { name: 'Paid', value: money(row.paid_amount) }, { name: 'Outstanding', value: money(row.outstanding_amount) }, { name: 'Bills', value: count(row.bill_count) }],
  })), drawing.colors.blue, moneyCompact, drawing), [named]);
  const drawHospitals = useCallback((drawing: Drawing) => ranked((hospitals.rows ?? []).map((row) => ({
    name: hospitalName(row.hospital_id), value: row.billed_amount, share: row.collection_rate,
    lines: [{ name: 'Billed', value: money(row.billed_amount) }, { name: 'Outstanding', value: money(row.outstanding_amount) }, { name: 'Collected', value: percent(row.collection_rate) }, { name: 'Bills', value: count(row.bill_count) }],
  })), drawing.colors.violet, moneyCompact, drawing), [hospitals.rows]);
  const series = (of: (row: MonthRevenue) => number) => (months.rows ?? []).map((row) => ({ month: monthOf(row.month_start), value: of(row) }));
  const billed = sum(months.rows ?? [], (row) => row.billed_amount);
  const paid = sum(months.rows ?? [], (row) => row.paid_amount);
  const table = () => ({ columns: columns.map((column) => column.title), rows: (doctors.rows ?? []).map((row) => columns.map((column) => column.value(row))) });
  const value = (text: string) => (months.rows && status.rows ? text : undefined);
  return (
    <>
      <ViewHead title="Finance" sub="Revenue is the billed amount by billing date" />
      <div className="kpis kpis-4">
        <Kpi label="Billed" value={value(moneyCompact(billed))} change={lastMonthChange(series((row) => row.billed_amount), running())} />
        <Kpi label="Collected" value={value(moneyCompact(paid))} note={`${percent(rate(paid, billed))} of billed`} />
        <Kpi label="Receivable now" value={value(moneyCompact(open))} note={`${count(sum(aging, (row) => row.bills))} open bills, all time`} />
        <Kpi label="Older than 90 days" value={value(percent(rate(old, open)))} note={`${moneyCompact(old)} of the receivable`} />
      </div>
      <TileGrid view="finance" tiles={[
        { box: { i: 'months', x: 0, y: 0, w: 8, h: 7 }, title: 'Revenue by month', content: <RevenueByMonth params={params} /> },
        { box: { i: 'status', x: 8, y: 0, w: 4, h: 7 }, title: 'Payment status', content: <PaymentStatus params={{ hospital: params.hospital }} /> },
        { box: { i: 'doctors', x: 0, y: 7, w: 6, h: 9 }, title: 'Revenue by doctor', content: (
          <Tile title="Revenue by doctor" note="The twelve highest, by billing date; select one to open" query={doctors} empty={named.length === 0} table={table}>
            <Chart draw={drawDoctors} label={`Billed by doctor: ${named.slice(0, 3).map((row) => `${row.doctor_name} ${moneyCompact(row.billed_amount)}`).join(', ')}.`} onSelect={(_, i) => { const row = named[i]; if (row) move({ view: 'doctors', id: row.doctor_id }); }} />
          </Tile>) },
        { box: { i: 'aging', x: 6, y: 7, w: 6, h: 5 }, title: 'Receivable by age', content: (
          <Tile title="Receivable by age" note="Open bills as they stand now" query={status} empty={open === 0} emptyText="Every bill is paid."
            table={() => ({ columns: ['Days', 'Outstanding', 'Bills', 'Oldest bill'], rows: aging.map((row) => [row.bucket, round(row.amount), row.bills, row.oldest]) })}>
            <Chart draw={drawAging} label={`Outstanding by age of the bill: ${aging.map((row) => `${row.bucket} days ${moneyCompact(row.amount)}`).join(', ')}.`} />
          </Tile>) },
        { box: { i: 'hospitals', x: 6, y: 12, w: 6, h: 4 }, title: 'Billed by hospital', content: (
          <Tile title="Billed by hospital" note="With the share collected" query={hospitals} empty={hospitals.rows?.length === 0}
            table={() => ({ columns: ['Hospital', 'Billed', 'Paid', 'Outstanding', 'Collected %'], rows: (hospitals.rows ?? []).map((row) => [row.hospital_id, row.billed_amount, row.paid_amount, row.outstanding_amount, row.collection_rate]) })}>
            <Chart draw={drawHospitals} label="Billed by hospital." />
          </Tile>) },
        { box: { i: 'table', x: 0, y: 16, w: 12, h: 11 }, title: 'Every doctor', content: (
          <Tile title="Every doctor" note="What names no doctor is kept, so that the sums agree" query={doctors} empty={doctors.rows?.length === 0} table={table}>
            <DataTable rows={doctors.rows ?? []} columns={columns} sort={{ key: 'billed', desc: true }} caption="Revenue by doctor" pageSize={25} onOpen={(row) => move({ view: 'doctors', id: row.doctor_id })} openLabel={(row) => `Open ${doctorName(row.doctor_id, row.doctor_name)}`} />
          </Tile>) },
      ]} />
    </>
  );
}
