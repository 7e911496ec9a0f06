import { MantineProvider } from '@mantine/core';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { tip } from '../src/charts/tooltip';
import { DataTable, type Column } from '../src/components/DataTable';
import { Tile } from '../src/components/Tile';
import { TileError } from '../src/state/tiles';

const show = (content: ReactNode) => render(<MantineProvider>{content}</MantineProvider>);
interface Row { name: string; visits: number | null }
const columns: Column<Row>[] = [{ key: 'name', title: 'Name', value: (row) => row.name }, { key: 'visits', title: 'Visits', value: (row) => row.visits, align: 'right' }];
const rows: Row[] = [{ name: 'B', visits: 9 }, { name: 'A', visits: 100 }, { name: 'C', visits: null }];
const order = () => screen.getAllByRole('row').slice(1).map((row) => within(row).getAllByRole('cell')[0]!.textContent);

describe('table', () => {
  it('sorts figures as figures, unknown ones last both ways, and says so to a screen reader', async () => {
    show(<DataTable rows={rows} columns={columns} caption="People" sort={{ key: 'visits', desc: true }} />);
    expect(order()).toEqual(['A', 'B', 'C']);
    expect(screen.getByRole('columnheader', { name: /Visits/ }).getAttribute('aria-sort')).toBe('descending');
    await userEvent.click(screen.getByRole('button', { name: 'Name' }));
    expect(order()).toEqual(['A', 'B', 'C']);
    await userEvent.click(screen.getByRole('button', { name: 'Name' }));
    expect(order()).toEqual(['C', 'B', 'A']);
  });
  it('pages without losing a row', async () => {
    show(<DataTable rows={Array.from({ length: 45 }, (_, i) => ({ name: `n${i}`, visits: i }))} columns={columns} caption="Many" pageSize={20} />);
    expect(screen.getByText('1–20 of 45')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Next' }));
    await userEvent.click(screen.getByRole('button', { name: 'Next' }));
    expect(screen.getByText('41–45 of 45')).toBeTruthy();
    expect(order()).toHaveLength(5);
  });
  it('opens a row from the keyboard, once', async () => {
    const open = vi.fn();
    show(<DataTable rows={rows} columns={columns} caption="People" onOpen={open} openLabel={(row) => `Open ${row.name}`} />);
    screen.getByRole('button', { name: 'Open A' }).focus();
    await userEvent.keyboard('{Enter}');
    expect(open.mock.calls).toEqual([[rows[1]]]);
  });
});

describe('tile', () => {
  const query = { isPending: false, error: null, refetch: () => undefined, data: {} };
  it('says that it loads', () => { show(<Tile title="T" query={{ ...query, isPending: true }}>chart</Tile>); expect(screen.getByRole('status', { name: 'Loading' })).toBeTruthy(); });
  it('says that there is nothing', () => { show(<Tile title="T" query={query} empty>chart</Tile>); expect(screen.getByText('Nothing in this period yet.')).toBeTruthy(); });
  it('says what failed and asks again', async () => {
    const refetch = vi.fn();
    show(<Tile title="T" query={{ ...query, data: undefined, error: new TileError(503, 'Waiting for the first marts.', 1), refetch }}>chart</Tile>);
    expect(screen.getByRole('alert').textContent).toContain('Waiting for the first marts.');
    await userEvent.click(screen.getByRole('button', { name: 'Ask again' }));
    expect(refetch).toHaveBeenCalledOnce();
  });
  it('keeps the old picture when a later question fails', () => { show(<Tile title="T" query={{ ...query, error: new Error('x') }}>chart</Tile>); expect(screen.getByText('chart')).toBeTruthy(); });
  it('turns its chart into a table of the same rows', async () => {
    show(<Tile title="T" query={query} table={() => ({ columns: ['Month', 'Billed'], rows: [['Apr 2026', 1234.5]] })}>chart</Tile>);
    await userEvent.click(screen.getByRole('button', { name: 'T: more' }));
    await userEvent.click(await screen.findByText('Show as table'));
    expect(screen.getByRole('table').textContent).toContain('1,234.5');
    expect(screen.queryByText('chart')).toBeNull();
  });
});

it('a tooltip shows markup of the data as text', () => {
  const box = tip('<img src=x onerror=alert(1)>', [{ name: '<b>', value: '<script>1</script>', color: 'red' }]);
  expect(box.querySelector('img, b, script')).toBeNull();
  expect(box.textContent).toContain('<script>1</script>');
});
