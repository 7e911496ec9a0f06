import type { Band } from '../lib/figures';
import { sum } from '../lib/figures';
import { count, countCompact, money, moneyCompact, moneyExact, percent, seconds } from '../lib/format';
import { monthAxis, monthLabel } from '../lib/months';
import type { Option } from './echarts';
import type { Palette } from './palette';
import { tip } from './tooltip';

export interface Drawing { colors: Palette; narrow: boolean }

type Params = { dataIndex: number; color?: unknown; name?: string; data?: unknown };
const first = (params: unknown): Params => (Array.isArray(params) ? params[0] : params) as Params;

const base = ({ colors }: Drawing): Option => ({
  animationDuration: 350,
  animationDurationUpdate: 350,
  textStyle: { fontFamily: 'Inter, "Segoe UI", system-ui, sans-serif', color: colors.text },
  aria: { enabled: false },
});
const tooltip = (colors: Palette, trigger: 'axis' | 'item', formatter: (params: unknown) => HTMLElement): Option['tooltip'] => ({
  trigger,
  confine: true,
  formatter: formatter as never,
  backgroundColor: colors.card,
  borderColor: colors.grid,
  padding: 0,
  axisPointer: { type: 'shadow', shadowStyle: { color: colors.dark ? 'rgba(255,255,255,0.05)' : 'rgba(20,40,70,0.05)' } },
});
const legend = (colors: Palette): Option['legend'] => ({
  top: 0, left: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, itemGap: 16, textStyle: { color: colors.dim, fontSize: 12 }, selectedMode: false,
});
const valueAxis = (colors: Palette, name: string, format: (value: number) => string) => ({
  type: 'value' as const, name, nameLocation: 'end' as const, nameGap: 12, nameTextStyle: { color: colors.dim, fontSize: 11, align: 'left' as const, padding: [0, 0, 0, -30] },
  axisLabel: { color: colors.dim, fontSize: 11, formatter: format, hideOverlap: true }, splitLine: { lineStyle: { color: colors.grid } }, splitNumber: 4,
});
const categoryAxis = (colors: Palette, data: string[]) => ({
  type: 'category' as const, data, axisTick: { show: false }, axisLine: { lineStyle: { color: colors.grid } },
  axisLabel: { color: colors.dim, fontSize: 11, lineHeight: 14, hideOverlap: true },
});

export interface MonthMoney { month: string; paid: number; outstanding: number; bills?: number }

/** Billed money by month, paid under outstanding; the running month is paler. */
export function moneyByMonth(rows: readonly MonthMoney[], running: string, drawing: Drawing): Option {
  const { colors } = drawing;
  const series = (name: string, color: string, value: (row: MonthMoney) => number, top: boolean) => ({
    name, type: 'bar' as const, stack: 'billed', color, barMaxWidth: 44,
    itemStyle: { borderRadius: top ? [4, 4, 0, 0] : 0 },
    data: rows.map((row) => ({ value: value(row), itemStyle: { opacity: row.month === running ? 0.55 : 1 } })),
  });
  return {
    ...base(drawing),
    legend: legend(colors),
    grid: { left: 8, right: 8, top: 54, bottom: 4, containLabel: true },
    xAxis: categoryAxis(colors, rows.map((row) => monthAxis(row.month))),
    yAxis: valueAxis(colors, 'Billed (US$)', moneyCompact),
    tooltip: tooltip(colors, 'axis', (params) => {
      const row = rows[first(params).dataIndex]!;
      return tip(monthLabel(row.month) + (row.month === running ? ' (so far)' : ''), [
        { name: 'Billed', value: moneyExact(row.paid + row.outstanding) },
        { color: colors.blue, name: 'Paid', value: moneyExact(row.paid) },
        { color: colors.amber, name: 'Outstanding', value: moneyExact(row.outstanding) },
        ...(row.bills === undefined ? [] : [{ name: 'Bills', value: count(row.bills) }]),
      ]);
    }),
    series: [series('Paid', colors.blue, (row) => row.paid, false), series('Outstanding', colors.amber, (row) => row.outstanding, true)],
  };
}

/** Visits by month as bars, patients as a line. */
export function visitsByMonth(rows: readonly { month: string; visits: number; patients: number }[], running: string, drawing: Drawing): Option {
  const { colors } = drawing;
  return {
    ...base(drawing),
    legend: legend(colors),
    grid: { left: 8, right: 8, top: 54, bottom: 4, containLabel: true },
    xAxis: categoryAxis(colors, rows.map((row) => monthAxis(row.month))),
    yAxis: valueAxis(colors, 'Visits, patients', countCompact),
    tooltip: tooltip(colors, 'axis', (params) => {
      const row = rows[first(params).dataIndex]!;
      return tip(monthLabel(row.month) + (row.month === running ? ' (so far)' : ''), [
        { color: colors.teal, name: 'Visits', value: count(row.visits) },
        { color: colors.violet, name: 'Patients seen', value: count(row.patients) },
      ]);
    }),
    series: [
      { name: 'Visits', type: 'bar', color: colors.teal, barMaxWidth: 36, itemStyle: { borderRadius: [4, 4, 0, 0] }, data: rows.map((row) => ({ value: row.visits, itemStyle: { opacity: row.month === running ? 0.55 : 1 } })) },
      { name: 'Patients seen', type: 'line', color: colors.violet, symbolSize: 7, lineStyle: { width: 2 }, data: rows.map((row) => row.patients) },
    ],
  };
}

export interface NamedBar { name: string; value: number; share?: number | null; lines?: { name: string; value: string }[]; muted?: boolean }

/** Bars from the longest down, names at the left, the figure at the end of each. */
export function ranked(rows: readonly NamedBar[], color: string, format: (value: number) => string, drawing: Drawing): Option {
  const { colors, narrow } = drawing;
  const room = narrow ? 112 : 160;
  return {
    ...base(drawing),
    grid: { left: 4, right: rows.some((row) => row.share != null) ? 108 : 64, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: 'value', show: false, max: 'dataMax' },
    yAxis: {
      type: 'category', inverse: true, data: rows.map((row) => row.name), axisTick: { show: false }, axisLine: { show: false },
      axisLabel: { color: colors.text, fontSize: 12, width: room, overflow: 'truncate', ellipsis: '…' },
    },
    tooltip: tooltip(colors, 'axis', (params) => {
      const row = rows[first(params).dataIndex]!;
      return tip(row.name, row.lines ?? [{ name: 'Value', value: format(row.value) }]);
    }),
    series: [{
      type: 'bar', color, barMaxWidth: 22, barCategoryGap: '28%',
      data: rows.map((row) => ({ value: row.value, itemStyle: { borderRadius: [0, 4, 4, 0], color: row.muted ? colors.slate : color } })),
      label: {
        show: true, position: 'right', color: colors.dim, fontSize: 11, distance: 6,
        formatter: ((params: Params) => { const row = rows[params.dataIndex]!; return row.share == null ? format(row.value) : `${format(row.value)}  ${percent(row.share)}`; }) as never,
      },
    }],
  };
}

export interface Slice { name: string; value: number; bills: number; color: string }

/** A ring of two to five parts; the figures are in the list beside it. */
export function ring(slices: readonly Slice[], drawing: Drawing): Option {
  const { colors } = drawing;
  const all = sum(slices, (slice) => slice.value);
  return {
    ...base(drawing),
    tooltip: { ...tooltip(colors, 'item', (params) => {
      const slice = slices[first(params).dataIndex]!;
      return tip(slice.name, [{ color: slice.color, name: 'Billed', value: moneyExact(slice.value) }, { name: 'Share', value: percent(all > 0 ? (100 * slice.value) / all : null) }, { name: 'Bills', value: count(slice.bills) }]);
    }) },
    series: [{
      type: 'pie', radius: ['64%', '92%'], label: { show: false }, emphasis: { scale: false },
      itemStyle: { borderColor: colors.card, borderWidth: 3, borderRadius: 5 },
      data: slices.map((slice) => ({ name: slice.name, value: slice.value, itemStyle: { color: slice.color } })),
    }],
  };
}

/** Bars over named bands, one colour or one a bar. */
export function columns(rows: readonly { name: string; value: number; color?: string; lines: { name: string; value: string }[] }[], axis: string, below: string, color: string, format: (value: number) => string, drawing: Drawing): Option {
  const { colors } = drawing;
  return {
    ...base(drawing),
    grid: { left: 8, right: 12, top: 34, bottom: below ? 24 : 4, containLabel: true },
    xAxis: { ...categoryAxis(colors, rows.map((row) => row.name)), name: below, nameLocation: 'middle', nameGap: 32, nameTextStyle: { color: colors.dim, fontSize: 11 } },
    yAxis: valueAxis(colors, axis, format),
    tooltip: tooltip(colors, 'axis', (params) => { const row = rows[first(params).dataIndex]!; return tip(row.name, row.lines); }),
    series: [{ type: 'bar', color, barMaxWidth: 56, barCategoryGap: '18%', itemStyle: { borderRadius: [4, 4, 0, 0] }, data: rows.map((row) => ({ value: row.value, itemStyle: row.color ? { color: row.color } : {} })) }],
  };
}

export function spending(bands: readonly Band[], drawing: Drawing): Option {
  const all = sum(bands, (band) => band.patients);
  return columns(
    bands.map((band) => ({
      name: band.to === null ? `≥ ${moneyCompact(band.from)}` : moneyCompact(band.from),
      value: band.patients,
      lines: [
        { name: 'Billed per patient', value: band.to === null ? `${money(band.from)} or more` : `${money(band.from)} to ${money(band.to)}` },
        { name: 'Patients', value: count(band.patients) },
        { name: 'Share of patients', value: percent((100 * band.patients) / all) },
        { name: 'Billed in all', value: money(band.billed) },
      ],
    })),
    'Patients', 'Billed per patient, from (US$)', drawing.colors.blue, countCompact, drawing);
}

export interface DoctorPoint { id: number; name: string; group: string; visits: number; revenue: number; rate: number | null }

/** Each doctor by visits and revenue; the ring's size is the revenue a visit. */
export function doctorField(points: readonly DoctorPoint[], groups: readonly string[], drawing: Drawing): Option {
  const { colors, narrow } = drawing;
  const shapes = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'arrow', 'pin'];
  const average = sum(points, (point) => point.revenue) / Math.max(1, sum(points, (point) => point.visits));
  const most = Math.max(1, ...points.map((point) => point.visits));
  return {
    ...base(drawing),
    legend: { ...legend(colors), type: 'scroll', pageIconColor: colors.dim, pageTextStyle: { color: colors.dim }, icon: undefined, selectedMode: true, itemGap: 12 } as Option['legend'],
    grid: { left: 8, right: narrow ? 12 : 24, top: 62, bottom: 24, containLabel: true },
    xAxis: { ...valueAxis(colors, 'Visits', countCompact), nameLocation: 'middle', nameGap: 28, nameTextStyle: { color: colors.dim, fontSize: 11 }, scale: false },
    yAxis: valueAxis(colors, 'Billed (US$)', moneyCompact),
    tooltip: tooltip(colors, 'item', (params) => {
      const at = first(params) as unknown as { data: { point: DoctorPoint }; color: string };
      const point = at.data.point;
      return tip(point.name, [
        { name: 'Specialization', value: point.group }, { name: 'Visits', value: count(point.visits) }, { name: 'Billed', value: money(point.revenue) },
        { name: 'Billed a visit', value: moneyExact(point.visits ? point.revenue / point.visits : null) }, { name: 'Collected', value: percent(point.rate) },
      ], 'Select to open');
    }),
    series: groups.map((group, i) => ({
      name: group, type: 'scatter', symbol: shapes[i % shapes.length], symbolSize: narrow ? 11 : 13, color: colors.series[i % colors.series.length],
      itemStyle: { opacity: 0.85, borderColor: colors.card, borderWidth: 1 },
      data: points.filter((point) => point.group === group).map((point) => ({ value: [point.visits, point.revenue], point })),
      ...(i === 0 ? { markLine: {
        silent: true, symbol: 'none', lineStyle: { color: colors.slate, type: 'dashed' },
        label: { formatter: `average ${moneyCompact(average)} a visit`, color: colors.dim, fontSize: 11, position: 'insideEndTop' },
        data: [[{ coord: [0, 0] }, { coord: [most, most * average] }]],
      } } : {}),
    })) as Option['series'],
  };
}

export interface LagMinute { at: string; p50: number | null; p95: number | null }

/** Commit to chart, minute by minute. */
export function lagMinutes(minutes: readonly LagMinute[], bar: number, drawing: Drawing): Option {
  const { colors } = drawing;
  const time = (at: string) => new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const line = (name: string, color: string, value: (minute: LagMinute) => number | null) => ({
    name, type: 'line' as const, color, showSymbol: minutes.length < 40, symbolSize: 5, connectNulls: false, lineStyle: { width: 2 }, data: minutes.map(value),
  });
  return {
    ...base(drawing),
    legend: legend(colors),
    grid: { left: 8, right: 12, top: 54, bottom: 4, containLabel: true },
    xAxis: categoryAxis(colors, minutes.map((minute) => time(minute.at))),
    yAxis: { ...valueAxis(colors, 'Time', (value) => seconds(value)), min: 0 },
    tooltip: tooltip(colors, 'axis', (params) => {
      const minute = minutes[first(params).dataIndex]!;
      return tip(time(minute.at), [{ color: colors.blue, name: 'Half within', value: seconds(minute.p50) }, { color: colors.amber, name: '95 in 100 within', value: seconds(minute.p95) }], `Bar: 95 in 100 within ${seconds(bar)}`);
    }),
    series: [line('p50', colors.blue, (minute) => minute.p50), line('p95', colors.amber, (minute) => minute.p95)],
  };
}

/** A bare line without axes. */
export function spark(values: readonly (number | null)[], color: string, drawing: Drawing): Option {
  return {
    ...base(drawing),
    animation: false,
    grid: { left: 1, right: 1, top: 3, bottom: 2 },
    xAxis: { type: 'category', show: false, data: values.map((_, i) => i), boundaryGap: false },
    yAxis: { type: 'value', show: false, min: 0 },
    series: [{ type: 'line', color, showSymbol: false, silent: true, lineStyle: { width: 2 }, areaStyle: { opacity: 0.14 }, data: [...values] }],
  };
}
