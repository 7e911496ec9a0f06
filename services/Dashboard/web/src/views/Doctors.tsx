import { useCallback, useMemo } from 'react';
import { Chart } from '../charts/Chart';
import { doctorField, ranked, type Drawing } from '../charts/options';
import { DataTable, type Column } from '../components/DataTable';
import { Kpi } from '../components/Kpi';
import { ViewHead } from '../components/Shell';
import { Tile } from '../components/Tile';
import { TileGrid } from '../components/TileGrid';
import { rate, sum } from '../lib/figures';
import { count, date, doctorName, money, moneyCompact, moneyExact, percent } from '../lib/format';
import { useFilters, useTile } from '../state/tiles';
import { usePlace } from '../state/url';
import type { DoctorRow } from './rows';

const columns: Column<DoctorRow>[] = [
  { key: 'name', title: 'Doctor', value: (row) => doctorName(row.doctor_id, row.doctor_name) },
  { key: 'specialization', title: 'Specialization', value: (row) => row.specialization, wide: true },
  { key: 'experience', title: 'Years', value: (row) => row.experience_years, align: 'right', wide: true },
  { key: 'visits', title: 'Visits', value: (row) => row.total_visits, show: (row) => count(row.total_visits), align: 'right' },
  { key: 'patients', title: 'Patients', value: (row) => row.unique_patients, show: (row) => count(row.unique_patients), align: 'right', wide: true },
  { key: 'revenue', title: 'Billed', value: (row) => row.total_revenue, show: (row) => money(row.total_revenue), align: 'right' },
  { key: 'outstanding', title: 'Outstanding', value: (row) => row.total_outstanding, show: (row) => money(row.total_outstanding), align: 'right', wide: true },
  { key: 'rate', title: 'Collected', value: (row) => row.collection_rate, show: (row) => percent(row.collection_rate), align: 'right' },
  { key: 'average', title: 'Avg. visit cost', value: (row) => row.avg_visit_cost, show: (row) => moneyExact(row.avg_visit_cost), align: 'right', wide: true },
  { key: 'prescriptions', title: 'Prescriptions', value: (row) => row.total_prescriptions, show: (row) => count(row.total_prescriptions), align: 'right', wide: true },
  { key: 'last', title: 'Last visit', value: (row) => row.last_visit_date, show: (row) => date(row.last_visit_date), align: 'right', wide: true },
];
// Dates sort as text; every other right-aligned column as a number.
columns[columns.length - 1]!.align = undefined;

export function Doctors() {
  const tile = useTile<DoctorRow>('doctors', useFilters());
  const { move } = usePlace();
  const rows = useMemo(() => tile.rows ?? [], [tile.rows]);
  const named = useMemo(() => rows.filter((row) => row.doctor_id >= 0), [rows]);
  const groups = useMemo(() => [...new Set(named.map((row) => row.specialization ?? 'Unknown'))].sort(), [named]);
  const field = useCallback((drawing: Drawing) => doctorField(named.map((row) => ({
    id: row.doctor_id, name: doctorName(row.doctor_id, row.doctor_name), group: row.specialization ?? 'Unknown', visits: row.total_visits, revenue: row.total_revenue, rate: row.collection_rate })), groups, drawing), [named, groups]);
  const byGroup = useMemo(() => groups.map((group) => {
    const of = named.filter((row) => (row.specialization ?? 'Unknown') === group);
    return { name: group, value: sum(of, (row) => row.total_revenue), doctors: of.length, visits: sum(of, (row) => row.total_visits) };
  }).sort((a, b) => b.value - a.value), [named, groups]);
  const revenue = sum(rows, (row) => row.total_revenue);
  const visits = sum(rows, (row) => row.total_visits);
  const drawGroups = useCallback((drawing: Drawing) => ranked(byGroup.map((group) => ({
    name: group.name, value: group.value, share: rate(group.value, revenue),
    lines: [{ name: 'Billed', value: money(group.value) }, { name: 'Doctors', value: count(group.doctors) }, { name: 'Visits', value: count(group.visits) }, { name: 'Billed a visit', value: moneyExact(group.visits ? group.value / group.visits : null) }],
  })), drawing.colors.violet, moneyCompact, drawing), [byGroup, revenue]);
  const open = (id: number) => move({ view: 'doctors', id });
  const table = () => ({ columns: columns.map((column) => column.title), rows: rows.map((row) => columns.map((column) => column.value(row))) });
  const value = (text: string) => (tile.rows ? text : undefined);
  return (
    <>
      <ViewHead title="Doctors" sub="Visits in the period and the bills of those visits" />
      <div className="kpis kpis-4">
        <Kpi label="Doctors active" value={value(count(named.filter((row) => row.total_visits > 0).length))} note={`${groups.length} specializations`} />
        <Kpi label="Visits a doctor" value={value(count(named.length ? visits / named.length : null))} note={`${count(visits)} in all`} />
        <Kpi label="Billed a doctor" value={value(moneyCompact(named.length ? revenue / named.length : null))} note={`${moneyCompact(revenue)} in all`} />
        <Kpi label="Collection rate" value={value(percent(rate(sum(rows, (row) => row.total_paid), revenue)))} note="of what was billed" />
      </div>
      <TileGrid view="doctors" tiles={[
        { box: { i: 'field', x: 0, y: 0, w: 7, h: 8 }, title: 'Doctor performance', content: (
          <Tile title="Doctor performance" note="Each doctor by visits and billed amount; above the line bills more a visit than average" query={tile} empty={named.length === 0} table={table}>
            <Chart draw={field} label={`${named.length} doctors by visits and billed amount. The table below has every figure.`} onSelect={(data) => open((data as { point: { id: number } }).point.id)} />
          </Tile>) },
        { box: { i: 'groups', x: 7, y: 0, w: 5, h: 8 }, title: 'Billed by specialization', content: (
          <Tile title="Billed by specialization" note="Share of everything billed" query={tile} empty={named.length === 0}
            table={() => ({ columns: ['Specialization', 'Billed', 'Doctors', 'Visits'], rows: byGroup.map((group) => [group.name, Math.round(group.value * 100) / 100, group.doctors, group.visits]) })}>
            <Chart draw={drawGroups} label={`Billed by specialization: ${byGroup.slice(0, 3).map((group) => `${group.name} ${moneyCompact(group.value)}`).join(', ')}.`} />
          </Tile>) },
        { box: { i: 'league', x: 0, y: 8, w: 12, h: 13 }, title: 'League table', content: (
          <Tile title="League table" note="Sort by any column; select a doctor to open" query={tile} empty={rows.length === 0} table={table}>
            <DataTable rows={rows} columns={columns} sort={{ key: 'revenue', desc: true }} caption="Doctors and their figures" pageSize={50} onOpen={(row) => open(row.doctor_id)} openLabel={(row) => `Open ${doctorName(row.doctor_id, row.doctor_name)}`} />
          </Tile>) },
      ]} />
    </>
  );
}
