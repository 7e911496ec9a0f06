import { ActionIcon, Button, Menu, Skeleton, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { csvName, download, toCsv, type Cell } from '../lib/csv';
import { TileError } from '../state/tiles';
import { TileAge, useFreshness } from './Age';
import { Icon } from './Icon';
import { useTileControls } from './TileGrid';

export interface TileTable { columns: string[]; rows: Cell[][] }

interface Props {
  title: string;
  note?: ReactNode;
  /** The tile's query; several are loading while one is. */
  query?: { isPending: boolean; error: Error | null; refetch: () => unknown; data?: unknown };
  empty?: boolean;
  emptyText?: string;
  /** The same rows as words and figures: shown in place of the chart, and exported. */
  table?: () => TileTable;
  children: ReactNode;
  aside?: ReactNode;
  scroll?: boolean;
}

/** A card with a title, its age, a menu, and a plain word for every state it can be in. */
export function Tile({ title, note, query, empty = false, emptyText = 'Nothing in this period yet.', table, children, aside, scroll = false }: Props) {
  const [asTable, setAsTable] = useState(false);
  const { state } = useFreshness();
  const controls = useTileControls();
  const rows = asTable && table ? table() : null;
  return (
    <section className={`tile${state.kind === 'silent' ? ' tile-stale' : ''}${controls?.editing ? ' tile-editing' : ''}`} aria-label={title}>
      <header className={`tile-head${controls?.editing ? ' tile-drag' : ''}`}>
        {controls?.editing && <span className="tile-grip"><Icon name="drag" size={16} /></span>}
        <div className="tile-title">
          <h2>{title}</h2>
          {note && <Text size="xs" c="dimmed" truncate="end">{note}</Text>}
        </div>
        {aside}
        <TileAge />
        <Menu position="bottom-end" withinPortal shadow="md">
          <Menu.Target>
            <ActionIcon className="tile-menu no-drag" variant="subtle" color="gray" size="sm" aria-label={`${title}: more`}><Icon name="more" /></ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {table && <Menu.Item leftSection={<Icon name={asTable ? 'chart' : 'table'} />} onClick={() => setAsTable(!asTable)}>{asTable ? 'Show as chart' : 'Show as table'}</Menu.Item>}
            {table && (
              <Menu.Item leftSection={<Icon name="export" />} disabled={empty || query?.data === undefined}
                onClick={() => { const all = table(); download(csvName(title, new Date().toISOString().slice(0, 10)), toCsv(all.columns, all.rows)); }}>
                Export as CSV
              </Menu.Item>
            )}
            {controls && <Menu.Item leftSection={<Icon name="hide" />} onClick={controls.hide}>Hide this tile</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      </header>
      <div className={`tile-body${scroll || rows ? ' tile-scroll' : ''}`} tabIndex={scroll || rows ? 0 : undefined}>
        {query?.error && query.data === undefined ? <Failed error={query.error} again={query.refetch} />
          : query?.isPending ? <Waiting />
          : empty ? <div className="tile-empty"><Text c="dimmed" size="sm">{emptyText}</Text></div>
          : rows ? <PlainTable {...rows} title={title} />
          : children}
      </div>
    </section>
  );
}

function Waiting() {
  return (
    <div className="tile-wait" aria-label="Loading" role="status">
      <Skeleton height="72%" radius="md" />
      <Skeleton height={10} mt={12} width="60%" radius="xl" />
    </div>
  );
}

function Failed({ error, again }: { error: Error; again: () => unknown }) {
  return (
    <div className="tile-empty" role="alert">
      <Icon name="warn" size={26} />
      <Text size="sm" ta="center">{error instanceof TileError ? error.message : 'The server cannot be reached. It is asked again by itself.'}</Text>
      <Button size="xs" variant="light" onClick={() => again()}>Ask again</Button>
    </div>
  );
}

function PlainTable({ columns, rows, title }: TileTable & { title: string }) {
  const isNumber = columns.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  return (
    <table className="grid-table">
      <caption className="sr-only">{title}</caption>
      <thead><tr>{columns.map((column, i) => <th key={column} scope="col" className={isNumber[i] ? 'num' : undefined}>{column}</th>)}</tr></thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={i}>{row.map((cell, j) => <td key={j} className={isNumber[j] ? 'num' : undefined}>{typeof cell === 'number' ? cell.toLocaleString('en-US') : (cell ?? '–')}</td>)}</tr>
        ))}
      </tbody>
    </table>
  );
}
