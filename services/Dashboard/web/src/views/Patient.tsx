import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { Kpi } from '../components/Kpi';
import { PlaceLink, ViewHead } from '../components/Shell';
import { Tile } from '../components/Tile';
import { count, date, dateTime, doctorName, hospitalName, money, moneyExact, patientName } from '../lib/format';
import { useTile } from '../state/tiles';
import { Status } from './parts';
import type { JourneyRow, PatientHead } from './rows';

const shownFirst = 15;

export function Patient({ id }: { id: number }) {
  const head = useTile<PatientHead>('patient', { patient: id });
  const visits = useTile<JourneyRow>('patient-visits', { patient: id });
  const [all, setAll] = useState(false);
  const patient = head.rows?.[0];
  const rows = visits.rows ?? [];
  const value = (text: string) => (head.rows ? text : undefined);
  return (
    <>
      <ViewHead title={patientName(id)} trail={[{ title: 'Patients', to: { view: 'patients', id: null } }]} period={false} hospital={false}
        sub={head.rows && !patient ? 'There is no such patient in the marts.' : patient ? `Age group ${patient.age_group ?? 'unknown'} · ${hospitalName(patient.hospital_id)} · first visit ${date(patient.first_visit_date)}` : ''} />
      <div className="kpis kpis-4">
        <Kpi label="Visits" value={value(count(patient?.total_visits))} note={`last ${date(patient?.last_visit_date)}`} />
        <Kpi label="Billed" value={value(money(patient?.total_billed))} note={`${count(patient?.total_bills)} bills`} />
        <Kpi label="Outstanding" value={value(money(patient?.total_outstanding))} />
        <Kpi label="Prescriptions" value={value(count(patient?.total_prescriptions))} note={`worth ${money(patient?.total_prescription_value)}`} />
      </div>
      <div className="journey-tile">
        <Tile title="Journey" note="Newest visit first" query={visits} empty={rows.length === 0} emptyText="No visits."
          table={() => ({
            columns: ['Visit', 'When (UTC)', 'Doctor', 'Specialization', 'Diagnosis', 'Visit cost', 'Prescriptions', 'Medicines', 'Billed', 'Paid', 'Outstanding', 'Status'],
            rows: rows.map((row) => [row.visit_id, row.visit_date, row.doctor_name, row.specialization, row.diagnosis, row.visit_cost, row.prescription_count, row.medicines, row.billed_amount, row.paid_amount, row.outstanding_amount, row.payment_status]),
          })}>
          <ol className="journey">
            {(all ? rows : rows.slice(0, shownFirst)).map((row) => (
              <li key={row.visit_id}>
                <div className="journey-when"><b>{dateTime(row.visit_date)}</b>{row.days_since_previous_visit !== null && <span>{count(row.days_since_previous_visit)} days after the one before</span>}</div>
                <div className="journey-what">
                  <div className="journey-title"><b>{row.diagnosis ?? 'Not recorded'}</b><Status status={row.payment_status} /></div>
                  <div>
                    {row.doctor_id !== null && row.doctor_id >= 0 ? <PlaceLink to={{ view: 'doctors', id: row.doctor_id }}>{doctorName(row.doctor_id, row.doctor_name)}</PlaceLink> : 'No doctor recorded'}
                    {row.specialization && <Text span c="dimmed" size="sm"> · {row.specialization}</Text>}
                  </div>
                  {row.medicines && <Text size="sm" c="dimmed">Prescribed: {row.medicines}</Text>}
                </div>
                <dl><div><dt>Visit cost</dt><dd>{moneyExact(row.visit_cost)}</dd></div><div><dt>Billed</dt><dd>{moneyExact(row.billed_amount)}</dd></div><div><dt>Paid</dt><dd>{moneyExact(row.paid_amount)}</dd></div><div><dt>Outstanding</dt><dd>{moneyExact(row.outstanding_amount)}</dd></div></dl>
              </li>
            ))}
          </ol>
          {!all && rows.length > shownFirst && <Button variant="light" size="xs" onClick={() => setAll(true)}>Show all {rows.length} visits</Button>}
        </Tile>
      </div>
    </>
  );
}
