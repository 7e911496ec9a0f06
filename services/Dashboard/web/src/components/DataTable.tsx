import { Button, Group, Text } from '@mantine/core';
import { createPaginatedRowModel, createSortedRowModel, rowPaginationFeature, rowSortingFeature, sortFn_alphanumeric, tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table';
import { useMemo, type ReactNode } from 'react';
import { Icon } from './Icon';

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  rowPaginationFeature,
  paginatedRowModel: createPaginatedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric },
});

export interface Column<Row> {
  key: string;
  title: string;
  value: (row: Row) => string | number | null;
  show?: (row: Row) => ReactNode;
  align?: 'right';
  /** Left out on a narrow screen. */
  wide?: boolean;
}

interface Props<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  sort?: { key: string; desc: boolean };
  caption: string;
  pageSize?: number;
  onOpen?: (row: Row) => void;
  openLabel?: (row: Row) => string;
}

/** A table that sorts by any column, pages, and opens a row by mouse or keyboard. */
export function DataTable<Row extends object>({ rows, columns, sort, caption, pageSize = 25, onOpen, openLabel }: Props<Row>) {
  const definitions = useMemo(
    () => columns.map((column): ColumnDef<typeof features, Row> => ({
      id: column.key, header: column.title, accessorFn: (row: Row) => column.value(row) ?? undefined, sortUndefined: 'last', sortDescFirst: column.align === 'right',
      sortFn: column.align === 'right' ? (a, b, id) => Number(a.getValue(id)) - Number(b.getValue(id)) : 'alphanumeric',
    })),
    [columns],
  );
  const data = useMemo(() => [...rows], [rows]);
  const table = useTable({
    features, columns: definitions, data, autoResetPageIndex: false,
    initialState: { sorting: sort ? [{ id: sort.key, desc: sort.desc }] : [], pagination: { pageIndex: 0, pageSize } },
  });
  const byKey = useMemo(() => new Map(columns.map((column) => [column.key, column])), [columns]);
  const pages = table.getPageCount();
  const { pageIndex } = table.state.pagination;
  const from = Math.min(pageIndex, Math.max(0, pages - 1)) * pageSize;
  return (
    <div className="data-table">
      <div className="data-scroll" tabIndex={0} aria-label={caption} role="region">
        <table className="grid-table">
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr>
              {table.getHeaderGroups()[0]!.headers.map((header) => {
                const column = byKey.get(header.id)!;
                const sorted = header.column.getIsSorted();
                return (
                  <th key={header.id} scope="col" className={`${column.align === 'right' ? 'num' : ''}${column.wide ? ' wide' : ''}`} aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'}>
                    <button type="button" className="sort" onClick={() => header.column.toggleSorting()}>
                      {column.title}
                      <span className={sorted ? 'sort-on' : 'sort-off'}><Icon name={sorted === 'asc' ? 'up' : 'down'} size={12} /></span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {table.getRowModel().rows.map((row) => (
              <tr key={row.id} className={onOpen ? 'opens' : undefined} onClick={onOpen ? () => onOpen(row.original) : undefined}>
                {columns.map((column, i) => {
                  const shown = column.show ? column.show(row.original) : (column.value(row.original) ?? '–');
                  return (
                    <td key={column.key} className={`${column.align === 'right' ? 'num' : ''}${column.wide ? ' wide' : ''}`}>
                      {i === 0 && onOpen
                        ? <button type="button" className="open" aria-label={openLabel?.(row.original)} onClick={(event) => { event.stopPropagation(); onOpen(row.original); }}>{shown}</button>
                        : shown}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <Group justify="space-between" className="pager no-print">
          <Text size="xs" c="dimmed">{from + 1}–{Math.min(from + pageSize, rows.length)} of {rows.length}</Text>
          <Group gap={6}>
            <Button size="compact-xs" variant="default" disabled={pageIndex === 0} onClick={() => table.previousPage()}>Previous</Button>
            <Button size="compact-xs" variant="default" disabled={pageIndex >= pages - 1} onClick={() => table.nextPage()}>Next</Button>
          </Group>
        </Group>
      )}
    </div>
  );
}
