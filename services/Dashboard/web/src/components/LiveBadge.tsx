import { Tooltip } from '@mantine/core';
import { age, seconds } from '../lib/format';
import { useLivePart } from '../state/live';
import { useFreshness } from './Age';

/** The line's pulse in the header: live with its delay, late, or silent. In words as well as colour. */
export function LiveBadge() {
  const { state } = useFreshness();
  const p50 = useLivePart((live) => live.line?.freshness.lastFiveMinutes.p50Seconds ?? null);
  const text = {
    waiting: 'Connecting',
    live: p50 === null ? 'Live' : `Live · ${seconds(p50)}`,
    late: `Late · ${age('ageMs' in state ? state.ageMs : 0)}`,
    silent: `No signal · ${age('ageMs' in state ? state.ageMs : 0)}`,
  }[state.kind];
  const why = {
    waiting: 'Opening the live channel',
    live: 'Half of all commits reach this page within this time (last five minutes)',
    late: 'The channel works, but no marts have been published for a while',
    silent: 'Nothing has come over the live channel; trying again',
  }[state.kind];
  return (
    <Tooltip label={why} withArrow>
      <div className={`live live-${state.kind}`} role="status" aria-label={`${text}. ${why}`} data-testid="live">
        <span className="live-dot" />
        <span>{text}</span>
      </div>
    </Tooltip>
  );
}
