import { useCallback, useMemo } from 'react';
import { Chart } from '../charts/Chart';
import { columns as bars, spending, type Drawing } from '../charts/options';
import { DataTable, type Column } from '../components/DataTable';
import { Kpi } from '../components/Kpi';
import { ViewHead } from '../components/Shell';
import { Tile } from '../components/Tile';
import { TileGrid } from '../components/TileGrid';
import { joinBands, rate, sum } from '../lib/figures';
import { count, date, money, moneyCompact, moneyExact, patientName, percent } from '../lib/format';
import { useFilters, useTile } from '../state/tiles';
import { usePlace } from '../state/url';
import { round } from './parts';
import type { AgeRow, BandRow, PatientRow } from './rows';

const columns: Column<PatientRow>[] = [
  { key: 'patient', title: 'Patient', value: (row) => row.patient_id, show: (row) => patientName(row.patient_id) },
  { key: 'age', title: 'Age group', value: (row) => row.age_group, wide: true },
  { key: 'visits', title: 'Visits', value: (row) => row.total_visits, show: (row) => count(row.total_visits), align: 'right' },
  { key: 'billed', title: 'Billed', value: (row) => row.total_billed, show: (row) => money(row.total_billed), align: 'right' },
  { key: 'paid', title: 'Paid', value: (row) => row.total_paid, show: (row) => money(row.total_paid), align: 'right', wide: true },
  { key: 'outstanding', title: 'Outstanding', value: (row) => row.total_outstanding, show: (row) => money(row.total_outstanding), align: 'right' },
  { key: 'prescriptions', title: 'Prescriptions', value: (row) => row.total_prescriptions, show: (row) => count(row.total_prescriptions), align: 'right', wide: true },
  { key: 'last', title: 'Last visit', value: (row) => row.last_visit_date, show: (row) => date(row.last_visit_date), wide: true },
];

export function Patients() {
  const params = useFilters();
  const { move } = usePlace();
  const fine = useTile<BandRow>('spending-bands', params);
  const top = useTile<PatientRow>('top-patients', params);
  const ages = useTile<AgeRow>('patient-ages', { hospital: params.hospital });
  const bands = useMemo(() => joinBands((fine.rows ?? []).map((row) => ({ from: row.band_from, patients: row.patients, billed: row.total_billed })), 100, 16), [fine.rows]);
  const drawBands = useCallback((drawing: Drawing) => spending(bands, drawing), [bands]);
  const drawAges = useCallback((drawing: Drawing) => bars((ages.rows ?? []).map((row) => ({
    name: row.age_group, value: row.patients ? row.total_billed / row.patients : 0, color: row.age_group === 'Unknown' ? drawing.colors.slate : undefined,
    lines: [{ name: 'Billed per patient', value: moneyExact(row.patients ? row.total_billed / row.patients : null) }, { name: 'Patients', value: count(row.patients) }, { name: 'Visits', value: count(row.total_visits) }, { name: 'Outstanding', value: money(row.total_outstanding) }],
  })), 'Billed per patient (US$)', 'Age group (completed years)', drawing.colors.violet, moneyCompact, drawing), [ages.rows]);
  const patients = sum(bands, (band) => band.patients);
  const billed = sum(bands, (band) => band.billed);
  const ten = sum((top.rows ?? []).slice(0, 10), (row) => row.total_billed);
  const value = (text: string) => (fine.rows && top.rows ? text : undefined);
  return (
    <>
      <ViewHead title="Patients" sub="By number only: no names, contacts or insurance leave the warehouse" />
      <div className="kpis kpis-4">
        <Kpi label="Patients seen" value={value(count(patients))} note="in the period" />
        <Kpi label="Billed a patient" value={value(moneyExact(patients ? billed / patients : null))} note={`${moneyCompact(billed)} in all`} />
        <Kpi label="Highest" value={value(moneyCompact(top.rows?.[0]?.total_billed))} note="billed to one patient" />
        <Kpi label="Top ten" value={value(percent(rate(ten, billed)))} note="of everything billed" />
      </div>
      <TileGrid view="patients" tiles={[
        { box: { i: 'spending', x: 0, y: 0, w: 7, h: 7 }, title: 'Patient spending', content: (
          <Tile title="Patient spending" note="Patients by the amount billed to them" query={fine} empty={bands.length === 0}
            table={() => ({ columns: ['From', 'To', 'Patients', 'Share %', 'Billed in all'], rows: bands.map((band) => [band.from, band.to, band.patients, round(rate(band.patients, patients)), round(band.billed)]) })}>
            <Chart draw={drawBands} label={`${count(patients)} patients by billed amount, ${bands.length} bands.`} />
          </Tile>) },
        { box: { i: 'ages', x: 7, y: 0, w: 5, h: 7 }, title: 'Spending by age', content: (
          <Tile title="Spending by age" note="All time" query={ages} empty={ages.rows?.length === 0}
            table={() => ({ columns: ['Age group', 'Patients', 'Visits', 'Billed', 'Outstanding'], rows: (ages.rows ?? []).map((row) => [row.age_group, row.patients, row.total_visits, row.total_billed, row.total_outstanding]) })}>
            <Chart draw={drawAges} label="Billed per patient by age group." />
          </Tile>) },
        { box: { i: 'top', x: 0, y: 7, w: 12, h: 12 }, title: 'Top spenders', content: (
          <Tile title="Top spenders" note="The 200 with the highest bills; select one for the journey" query={top} empty={top.rows?.length === 0}
            table={() => ({ columns: columns.map((column) => column.title), rows: (top.rows ?? []).map((row) => columns.map((column) => column.key === 'patient' ? patientName(row.patient_id) : column.value(row))) })}>
            <DataTable rows={top.rows ?? []} columns={columns} sort={{ key: 'billed', desc: true }} caption="Patients with the highest bills" pageSize={25} onOpen={(row) => move({ view: 'patients', id: row.patient_id })} openLabel={(row) => `Open the journey of ${patientName(row.patient_id)}`} />
          </Tile>) },
      ]} />
    </>
  );
}
