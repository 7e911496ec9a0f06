// Rows of the tiles, by their column names on the server.
export interface MonthRevenue { month_start: string; bill_count: number; paid_bill_count: number; billed_amount: number; paid_amount: number; outstanding_amount: number }
export interface MonthVisits { month_start: string; total_visits: number; unique_patients: number; total_visit_cost: number | null }
export interface Overview {
  hospital_id: string; patients: number; doctors: number; medicines: number; visits: number; visits_today: number; visits_7d: number; visits_30d: number; visits_previous_30d: number;
  bills: number; total_billed: number; total_paid: number; total_outstanding: number; collection_rate: number | null; prescriptions: number; last_visit_at: string | null; first_visit_date: string | null;
}
export interface DiagnosisRow { diagnosis: string; visit_count: number; unique_patients: number; total_visit_cost: number | null; avg_visit_cost: number | null }
export interface StatusRow { payment_status: string; aging_bucket: string; bucket_order: number; bill_count: number; billed_amount: number; paid_amount: number; outstanding_amount: number; oldest_billing_date: string | null }
export interface DoctorRow {
  doctor_id: number; doctor_name: string; specialization: string | null; experience_years: number | null; total_visits: number; unique_patients: number; total_visit_cost: number | null;
  avg_visit_cost: number | null; total_revenue: number; total_paid: number; total_outstanding: number; collection_rate: number | null; total_prescriptions: number; last_visit_date: string | null;
}
export interface DoctorHead { doctor_id: number; doctor_name: string; specialization: string | null; experience_years: number | null; experience_level: string | null }
export interface DoctorMonth { month_start: string; total_visits: number; unique_patients: number; billed_amount: number; paid_amount: number; outstanding_amount: number }
export interface VisitRow {
  visit_id: number; visit_date: string | null; patient_id: number | null; diagnosis: string | null; visit_cost: number | null; prescription_count: number; billed_amount: number; paid_amount: number;
  outstanding_amount: number; payment_status: string;
}
export interface JourneyRow extends VisitRow {
  visit_number: number | null; doctor_id: number | null; doctor_name: string | null; specialization: string | null; cost_category: string | null; medicines: string | null; prescription_value: number | null;
  days_since_previous_visit: number | null; days_to_bill: number | null;
}
export interface BandRow { band_from: number; patients: number; total_billed: number }
export interface AgeRow { age_group: string; patients: number; total_visits: number; total_billed: number; total_outstanding: number }
export interface PatientRow { patient_id: number; age_group: string | null; total_visits: number; total_billed: number; total_paid: number; total_outstanding: number; total_prescriptions: number; last_visit_date: string | null }
export interface PatientHead extends PatientRow { hospital_id: string; total_bills: number; total_prescription_value: number; first_visit_date: string | null }
export interface RevenueDoctor { doctor_id: number; doctor_name: string; specialization: string | null; bill_count: number; billed_amount: number; paid_amount: number; outstanding_amount: number; collection_rate: number | null }
export interface RevenueHospital { hospital_id: string; bill_count: number; billed_amount: number; paid_amount: number; outstanding_amount: number; collection_rate: number | null }
export interface ModelRow { model: string; schema_name: string; kind: string; built_at: string | null; rows: number | null; took_ms: number | null; changed_rows: number | null; ok: boolean }
export interface TestRow { test: string; model: string; severity: string; status: string; failures: number | null; ran_at: string | null }
