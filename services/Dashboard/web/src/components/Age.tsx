import { Tooltip } from '@mantine/core';
import { age, timeOfDay } from '../lib/format';
import { freshness } from '../lib/stale';
import { useLivePart } from '../state/live';
import { useNow } from '../state/now';

export function useFreshness() {
  const now = useNow();
  const lastMessageAt = useLivePart((state) => state.lastMessageAt);
  const asOf = useLivePart((state) => state.marts?.asOf ?? null);
  const serverAhead = useLivePart((state) => state.serverAhead);
  return { now, asOf, state: freshness(now, lastMessageAt, asOf === null ? null : Date.parse(asOf), serverAhead) };
}

/** How current a tile is: the time its data stands for, or how long the channel has been silent. */
export function TileAge() {
  const { asOf, state } = useFreshness();
  if (state.kind === 'waiting') return <span className="age">waiting</span>;
  const old = state.kind !== 'live';
  return (
    <Tooltip label={old ? (state.kind === 'silent' ? 'The live channel is silent; this is the last that was seen' : 'The marts have not been published for a while') : 'Everything committed up to this time is shown'} withArrow>
      <span className={old ? 'age age-old' : 'age'}>{old ? `${age(state.ageMs)} old` : `as of ${timeOfDay(asOf)}`}</span>
    </Tooltip>
  );
}
