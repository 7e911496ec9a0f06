import { Skeleton, Tooltip } from '@mantine/core';
import { useCallback } from 'react';
import { Chart } from '../charts/Chart';
import { spark, type Drawing } from '../charts/options';
import { delta } from '../lib/format';
import { useFreshness } from './Age';
import { Icon } from './Icon';

interface Props {
  label: string;
  value: string | undefined;
  note?: string;
  change?: number | null;
  /** Whether more is better: colours the change; the arrow and the sign say it too. */
  good?: 'up' | 'down';
  changeNote?: string;
  trend?: readonly (number | null)[];
  color?: 'blue' | 'amber' | 'teal' | 'violet';
}

/** One figure with its trend and last change. */
export function Kpi({ label, value, note, change, good = 'up', changeNote = 'last whole month against the one before', trend, color = 'blue' }: Props) {
  const { state } = useFreshness();
  const draw = useCallback((drawing: Drawing) => spark(trend ?? [], drawing.colors[color], drawing), [trend, color]);
  const drawn = trend !== undefined && trend.length > 2;
  const better = change == null || change === 0 ? 'flat' : (change > 0) === (good === 'up') ? 'better' : 'worse';
  return (
    <section className={`tile kpi${drawn ? ' kpi-drawn' : ''}${state.kind === 'silent' ? ' tile-stale' : ''}`} aria-label={label}>
      <div className="kpi-label">{label}</div>
      {value === undefined ? <Skeleton height={30} mt={6} width="70%" /> : <div className="kpi-value" data-testid={`kpi-${label}`}>{value}</div>}
      <div className="kpi-foot">
        {change != null && (
          <Tooltip label={changeNote} withArrow>
            <span className={`kpi-change kpi-${better}`}>{change !== 0 && <Icon name={change > 0 ? 'up' : 'down'} size={13} />}{delta(change)}<span className="sr-only"> {changeNote}</span></span>
          </Tooltip>
        )}
        {note && <span className="kpi-note">{note}</span>}
      </div>
      {drawn && <div className="kpi-spark" aria-hidden="true"><Chart draw={draw} label={`${label} by month`} /></div>}
    </section>
  );
}
