-- before the snapshot
CREATE TABLE visits (visit_id bigint PRIMARY KEY, patient_id bigint, doctor_id bigint, visit_date timestamptz, diagnosis text, total_cost numeric(10,2), hospital_id text, updated_at timestamptz);
CREATE TABLE billing_payments (billing_id bigint PRIMARY KEY, patient_id bigint, visit_id bigint, billing_date date, total_amount numeric(10,2), payment_status text, hospital_id text, updated_at timestamptz);
CREATE TABLE notes (id bigint PRIMARY KEY, note text);
INSERT INTO visits SELECT i, 1, 1, '2026-02-01 10:30:00+00', 'Flu', 100, 'h1', '2026-02-01 10:30:00+00' FROM generate_series(1,4) i; INSERT INTO billing_payments SELECT i, 1, i, '2026-02-01', 100, 'Pending', 'h1', '2026-02-01 10:30:00+00' FROM generate_series(1,4) i;
