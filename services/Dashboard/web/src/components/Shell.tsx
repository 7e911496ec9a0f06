import { ActionIcon, Anchor, AppShell, Breadcrumbs, Group, Menu, SegmentedControl, Select, Text, Tooltip, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { MouseEvent, ReactNode } from 'react';
import { hospitalName } from '../lib/format';
import { useTile } from '../state/tiles';
import { periods, usePlace, writePlace, type Period, type Place, type View } from '../state/url';
import { Icon, type IconName } from './Icon';
import { LiveBadge } from './LiveBadge';

const views: { view: View; title: string }[] = [
  { view: 'overview', title: 'Overview' },
  { view: 'doctors', title: 'Doctors' },
  { view: 'patients', title: 'Patients' },
  { view: 'finance', title: 'Finance' },
  { view: 'line', title: 'The line' },
];

/** A link that works as one (new tab, copy address) and stays in the page otherwise. */
export function PlaceLink({ to, className, children, current }: { to: Partial<Place>; className?: string; children: ReactNode; current?: boolean }) {
  const { place, move } = usePlace();
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    move(to);
  };
  return <a href={writePlace({ ...place, ...to })} className={className} onClick={follow} aria-current={current ? 'page' : undefined}>{children}</a>;
}

export function Shell({ children }: { children: ReactNode }) {
  const { place } = usePlace();
  const link = (view: View, title: string) => (
    <PlaceLink key={view} to={{ view, id: null }} className={`nav${place.view === view ? ' nav-on' : ''}`} current={place.view === view}>
      <Icon name={view as IconName} size={20} /><span>{title}</span>
    </PlaceLink>
  );
  return (
    <AppShell header={{ height: 60 }} navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: true } }} padding={0}>
      <a className="skip" href="#main">Skip to the charts</a>
      <AppShell.Header className="head">
        <PlaceLink to={{ view: 'overview', id: null }} className="brand"><img src="/logo.svg" alt="" width={30} height={30} /><span>HospitalStreaming</span></PlaceLink>
        <Group gap="sm" wrap="nowrap">
          <LiveBadge />
          <Tooltip label="Print this view" withArrow><ActionIcon className="only-wide" variant="subtle" color="gray" size="lg" aria-label="Print this view" onClick={() => window.print()}><Icon name="print" /></ActionIcon></Tooltip>
          <Scheme />
          <Account />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="side"><nav aria-label="Views">{views.map(({ view, title }) => link(view, title))}</nav><Text className="side-foot">Patients appear by number only. All times of data are UTC.</Text></AppShell.Navbar>
      <AppShell.Main id="main" className="main">{children}</AppShell.Main>
      <nav className="tabs no-print" aria-label="Views">{views.map(({ view, title }) => link(view, title))}</nav>
    </AppShell>
  );
}

function Scheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const icon: IconName = colorScheme === 'dark' ? 'moon' : colorScheme === 'light' ? 'sun' : 'auto';
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target><ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Colours: ${colorScheme}`}><Icon name={icon} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="sun" />} onClick={() => setColorScheme('light')}>Light</Menu.Item>
        <Menu.Item leftSection={<Icon name="moon" />} onClick={() => setColorScheme('dark')}>Dark</Menu.Item>
        <Menu.Item leftSection={<Icon name="auto" />} onClick={() => setColorScheme('auto')}>As the system</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Account() {
  const session = useQuery({ queryKey: ['session'], queryFn: async () => (await fetch('/api/session')).json() as Promise<{ login: boolean; user: string | null }> });
  if (!session.data?.login) return null;
  return (
    <form method="post" action="/logout">
      <Tooltip label={`Sign out ${session.data.user ?? ''}`} withArrow><ActionIcon type="submit" variant="subtle" color="gray" size="lg" aria-label={`Sign out ${session.data.user ?? ''}`}><Icon name="out" /></ActionIcon></Tooltip>
    </form>
  );
}

/** Title with the way down to it, and the filters that hold here. */
export function ViewHead({ title, sub, trail, period = true, hospital = true }: { title: string; sub?: ReactNode; trail?: { title: string; to: Partial<Place> }[]; period?: boolean; hospital?: boolean }) {
  const { place, move } = usePlace();
  const hospitals = useTile<{ hospital_id: string }>('hospitals').rows;
  const choices = [{ value: '', label: 'All hospitals' }, ...(hospitals ?? []).map((row) => ({ value: row.hospital_id, label: hospitalName(row.hospital_id) }))];
  if (place.hospital && !choices.some((choice) => choice.value === place.hospital)) choices.push({ value: place.hospital, label: hospitalName(place.hospital) });
  return (
    <div className="view-head">
      <div>
        {trail && (
          <Breadcrumbs separator={<Icon name="right" size={12} />} separatorMargin={6} className="trail" aria-label="Where you are">
            {trail.map((step) => <PlaceLink key={step.title} to={step.to}>{step.title}</PlaceLink>)}
            <Anchor component="span" underline="never" c="dimmed" size="sm">{title}</Anchor>
          </Breadcrumbs>
        )}
        <h1>{title}</h1>
        {sub && <div className="view-sub">{sub}</div>}
      </div>
      <Group gap="sm" className="filters no-print">
        {hospital && choices.length > 2 && <Select aria-label="Hospital" data={choices} value={place.hospital} allowDeselect={false} onChange={(value) => move({ hospital: value ?? '' })} size="sm" w={160} />}
        {period && <SegmentedControl aria-label="Period" size="sm" data={periods.map(({ value, label, long }) => ({ value, label: <span title={long} aria-label={long}>{label}</span> }))} value={place.period} onChange={(value) => move({ period: value as Period })} />}
      </Group>
    </div>
  );
}
