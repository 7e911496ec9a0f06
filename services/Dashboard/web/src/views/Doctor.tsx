import { useCallback, useMemo } from 'react';
import { Chart } from '../charts/Chart';
import { moneyByMonth, visitsByMonth, type Drawing } from '../charts/options';
import { DataTable, type Column } from '../components/DataTable';
import { Kpi } from '../components/Kpi';
import { ViewHead } from '../components/Shell';
import { Tile } from '../components/Tile';
import { TileGrid } from '../components/TileGrid';
import { rate, sum } from '../lib/figures';
import { count, dateTime, doctorName, moneyCompact, moneyExact, patientName, percent } from '../lib/format';
import { everyMonth, monthLabel, monthOf } from '../lib/months';
import { useFilters, useTile } from '../state/tiles';
import { usePlace } from '../state/url';
import { Diagnoses, monthMoney, monthTable, running, Status } from './parts';
import type { DoctorHead, DoctorMonth, VisitRow } from './rows';

export const visitColumns: Column<VisitRow>[] = [
  { key: 'at', title: 'Visit', value: (row) => row.visit_date, show: (row) => dateTime(row.visit_date) },
  { key: 'patient', title: 'Patient', value: (row) => row.patient_id, show: (row) => patientName(row.patient_id ?? -1) },
  { key: 'diagnosis', title: 'Diagnosis', value: (row) => row.diagnosis, wide: true },
  { key: 'prescriptions', title: 'Prescriptions', value: (row) => row.prescription_count, align: 'right', wide: true },
  { key: 'billed', title: 'Billed', value: (row) => row.billed_amount, show: (row) => moneyExact(row.billed_amount), align: 'right' },
  { key: 'outstanding', title: 'Outstanding', value: (row) => row.outstanding_amount, show: (row) => moneyExact(row.outstanding_amount), align: 'right', wide: true },
  { key: 'status', title: 'Status', value: (row) => row.payment_status, show: (row) => <Status status={row.payment_status} /> },
];

export function Doctor({ id }: { id: number }) {
  const { from } = useFilters();
  const params = { doctor: id, from };
  const { move } = usePlace();
  const head = useTile<DoctorHead>('doctor', { doctor: id });
  const months = useTile<DoctorMonth>('doctor-months', params);
  const visits = useTile<VisitRow>('doctor-visits', params);
  const bills = useMemo(() => monthMoney(months.rows ?? []), [months.rows]);
  const seen = useMemo(() => everyMonth((months.rows ?? []).map((row) => ({ month: monthOf(row.month_start), visits: row.total_visits, patients: row.unique_patients })), (row) => row.month, (month) => ({ month, visits: 0, patients: 0 })), [months.rows]);
  const drawBills = useCallback((drawing: Drawing) => moneyByMonth(bills, running(), drawing), [bills]);
  const drawVisits = useCallback((drawing: Drawing) => visitsByMonth(seen, running(), drawing), [seen]);
  const doctor = head.rows?.[0];
  const title = head.rows ? doctorName(id, doctor?.doctor_name ?? null) : `Doctor ${id}`;
  const rows = months.rows ?? [];
  const billed = sum(rows, (row) => row.billed_amount);
  const value = (text: string) => (months.rows ? text : undefined);
  const about = [doctor?.specialization, doctor?.experience_years == null ? null : `${doctor.experience_years} years of practice`].filter(Boolean).join(' · ');
  return (
    <>
      <ViewHead title={title} sub={head.rows && !doctor ? 'There is no such doctor in the marts.' : about} trail={[{ title: 'Doctors', to: { view: 'doctors', id: null } }]} hospital={false} />
      <div className="kpis kpis-4">
        <Kpi label="Visits" value={value(count(sum(rows, (row) => row.total_visits)))} color="teal" trend={seen.map((row) => row.visits)} />
        <Kpi label="Billed" value={value(moneyCompact(billed))} trend={bills.map((row) => row.paid + row.outstanding)} />
        <Kpi label="Outstanding" value={value(moneyCompact(sum(rows, (row) => row.outstanding_amount)))} color="amber" trend={bills.map((row) => row.outstanding)} />
        <Kpi label="Collection rate" value={value(percent(rate(sum(rows, (row) => row.paid_amount), billed)))} note="of what was billed" />
      </div>
      <TileGrid view="doctor" tiles={[
        { box: { i: 'months', x: 0, y: 0, w: 7, h: 7 }, title: 'Billed by month', content: (
          <Tile title="Billed by month" note="Bills of the visits of each month" query={months} empty={bills.length === 0} table={() => monthTable(bills)}><Chart draw={drawBills} label={`${title}: billed by month.`} /></Tile>) },
        { box: { i: 'diagnoses', x: 7, y: 0, w: 5, h: 7 }, title: 'Diagnoses', content: <Diagnoses name="doctor-diagnoses" params={params} top={9} title="Diagnoses" /> },
        { box: { i: 'visits-by-month', x: 0, y: 7, w: 4, h: 9 }, title: 'Visits by month', content: (
          <Tile title="Visits by month" query={months} empty={seen.length === 0} table={() => ({ columns: ['Month', 'Visits', 'Patients seen'], rows: seen.map((row) => [monthLabel(row.month), row.visits, row.patients]) })}><Chart draw={drawVisits} label={`${title}: visits by month.`} /></Tile>) },
        { box: { i: 'visits', x: 4, y: 7, w: 8, h: 9 }, title: 'Visits', content: (
          <Tile title="Visits" note="The newest 500; select one for the patient's journey" query={visits} empty={visits.rows?.length === 0}
            table={() => ({ columns: visitColumns.map((column) => column.title), rows: (visits.rows ?? []).map((row) => visitColumns.map((column) => column.key === 'patient' ? patientName(row.patient_id ?? -1) : column.value(row))) })}>
            <DataTable rows={visits.rows ?? []} columns={visitColumns} sort={{ key: 'at', desc: true }} caption={`Visits of ${title}`} pageSize={20}
              onOpen={(row) => { if (row.patient_id !== null && row.patient_id >= 0) move({ view: 'patients', id: row.patient_id }); }} openLabel={(row) => `Open the journey of ${patientName(row.patient_id ?? -1)}`} />
          </Tile>) },
      ]} />
    </>
  );
}
