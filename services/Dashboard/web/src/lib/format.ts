const locale = 'en-US';
const money0 = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
const money2 = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' });
const moneyShort = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', notation: 'compact', maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
const one = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const dayTime = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const dash = '–';
type Amount = number | null | undefined;
const isNumber = (value: Amount): value is number => typeof value === 'number' && Number.isFinite(value);

/** Money in full, with cents. */
export const moneyExact = (value: Amount) => (isNumber(value) ? money2.format(value) : dash);
/** Money without cents, for tables. */
export const money = (value: Amount) => (isNumber(value) ? money0.format(value) : dash);
/** Money short, for axes and big figures: $1.24M. */
export const moneyCompact = (value: Amount) => (isNumber(value) ? moneyShort.format(value) : dash);
export const count = (value: Amount) => (isNumber(value) ? whole.format(value) : dash);
export const countCompact = (value: Amount) => (isNumber(value) ? (Math.abs(value) < 10_000 ? whole.format(value) : short.format(value)) : dash);
/** A share of 0 to 100, one decimal. */
export const percent = (value: Amount) => (isNumber(value) ? `${one.format(value)}%` : dash);
export const perSecond = (value: Amount) => (isNumber(value) ? `${value < 100 ? one.format(value) : whole.format(value)}/s` : dash);

/** A duration in the unit a person would use. */
export function seconds(value: Amount): string {
  if (!isNumber(value)) return dash;
  if (value < 0.0005) return '0 ms';
  if (value < 0.9995) return `${Math.round(value * 1000)} ms`;
  if (value < 59.5) return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} s`;
  const s = Math.round(value);
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** How old something is, coarse: 8 s, 3 min, 2 h, 4 days. */
export function age(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} days`;
}

const parsed = (value: string | null | undefined) => {
  const at = value ? new Date(value) : null;
  return at && !Number.isNaN(at.getTime()) ? at : null;
};
export const date = (value: string | null | undefined) => { const at = parsed(value); return at ? day.format(at) : dash; };
export const dateTime = (value: string | null | undefined) => { const at = parsed(value); return at ? dayTime.format(at) : dash; };
export const timeOfDay = (value: string | number | null | undefined) => {
  const at = typeof value === 'number' ? new Date(value) : parsed(value);
  return at ? clock.format(at) : dash;
};
/** A signed change in percent: +4.2%. */
export const delta = (value: Amount) => (isNumber(value) ? `${value > 0 ? '+' : value < 0 ? '−' : ''}${one.format(Math.abs(value))}%` : dash);
export const hospitalName = (id: string) => (id === '' ? 'All hospitals' : `Hospital ${id.replace(/^h(?=\d+$)/i, '')}`);
/** Patients are never named: a number only. */
export const patientName = (id: number) => (id < 0 ? 'No patient recorded' : `Patient ${id}`);
export const doctorName = (id: number, name: string | null) => (id < 0 ? 'No doctor recorded' : (name ?? `Doctor ${id}`));
