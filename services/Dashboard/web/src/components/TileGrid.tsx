import { Button, Group, Menu } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import GridLayout, { type Layout } from 'react-grid-layout';
import 'react-grid-layout/css/styles.css';
import { useArrangement, type Box } from '../state/layout';
import { Icon } from './Icon';

export interface GridTile { box: Box; title: string; content: ReactNode }
interface Controls { editing: boolean; hide: () => void }

const ControlsContext = createContext<Controls | null>(null);
export const useTileControls = () => useContext(ControlsContext);

const rowHeight = 44;
const gap = 16;
/** Narrower than this the tiles stand in one column, in the order of the grid. */
const columnBelow = 860;

/** A view's tiles. Anyone may move, resize, hide them; the arrangement stays in this browser until reset. */
export function TileGrid({ view, tiles }: { view: string; tiles: readonly GridTile[] }) {
  const standard = useMemo(() => tiles.map((tile) => tile.box), [view]);
  const { arrangement, keep, reset } = useArrangement(view, standard);
  const [editing, setEditing] = useState(false);
  const { ref, width } = useElementSize();
  const shown = tiles.filter((tile) => !arrangement.hidden.includes(tile.box.i));
  const hidden = tiles.filter((tile) => arrangement.hidden.includes(tile.box.i));
  const hide = (name: string) => keep({ ...arrangement, hidden: [...arrangement.hidden, name] });
  const show = (name: string) => keep({ ...arrangement, hidden: arrangement.hidden.filter((each) => each !== name) });
  const column = width > 0 && width < columnBelow;
  const place = (name: string) => arrangement.boxes.find((box) => box.i === name)!;
  // Only what a person did is kept: the grid also reports layouts it made itself, a reset among them.
  const settle = (layout: Layout) => {
    const moved = new Map(layout.map((item) => [item.i, item]));
    keep({ ...arrangement, boxes: arrangement.boxes.map((box) => { const to = moved.get(box.i); return to ? { i: box.i, x: to.x, y: to.y, w: to.w, h: to.h } : box; }) });
  };
  const wrap = (tile: GridTile) => (
    <ControlsContext.Provider value={{ editing: editing && !column, hide: () => hide(tile.box.i) }}>{tile.content}</ControlsContext.Provider>
  );
  return (
    <div>
      {!(column && hidden.length === 0) && <Group className="grid-tools no-print" justify="flex-end" gap="xs">
        {hidden.length > 0 && (
          <Menu position="bottom-end" shadow="md">
            <Menu.Target><Button size="compact-sm" variant="subtle" leftSection={<Icon name="plus" size={15} />}>Add tile ({hidden.length})</Button></Menu.Target>
            <Menu.Dropdown>{hidden.map((tile) => <Menu.Item key={tile.box.i} onClick={() => show(tile.box.i)}>{tile.title}</Menu.Item>)}</Menu.Dropdown>
          </Menu>
        )}
        {editing && !column && <Button size="compact-sm" variant="subtle" color="gray" leftSection={<Icon name="reset" size={15} />} onClick={reset}>Reset</Button>}
        {!column && (
          <Button size="compact-sm" variant={editing ? 'filled' : 'subtle'} color={editing ? undefined : 'gray'} leftSection={<Icon name={editing ? 'check' : 'edit'} size={15} />} onClick={() => setEditing(!editing)}>
            {editing ? 'Done' : 'Arrange'}
          </Button>
        )}
      </Group>}
      <div ref={ref} className={editing ? 'grid grid-editing' : 'grid'}>
        {width === 0 ? null : column ? (
          <div className="grid-column">
            {[...shown].sort((a, b) => place(a.box.i).y - place(b.box.i).y || place(a.box.i).x - place(b.box.i).x).map((tile) => (
              <div key={tile.box.i} style={{ height: place(tile.box.i).h * (rowHeight + gap) - gap }}>{wrap(tile)}</div>
            ))}
          </div>
        ) : (
          <GridLayout
            width={width}
            layout={shown.map((tile) => ({ ...place(tile.box.i), minW: 3, minH: 4 }))}
            gridConfig={{ cols: 12, rowHeight, margin: [gap, gap], containerPadding: [0, 0] }}
            dragConfig={{ enabled: editing, handle: '.tile-drag', cancel: '.no-drag' }}
            resizeConfig={{ enabled: editing, handles: ['se'] }}
            onDragStop={settle}
            onResizeStop={settle}
          >
            {shown.map((tile) => <div key={tile.box.i}>{wrap(tile)}</div>)}
          </GridLayout>
        )}
      </div>
    </div>
  );
}
