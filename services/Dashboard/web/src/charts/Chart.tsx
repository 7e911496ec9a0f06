import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ECharts, Option } from './echarts';
import type { Drawing } from './options';
import { palette } from './palette';

interface Props {
  draw: (drawing: Drawing) => Option;
  /** What a person who cannot see it needs to know. */
  label: string;
  onSelect?: (data: unknown, index: number) => void;
  height?: number | string;
}

/** A chart that fills its box, follows the colour scheme, and is described in words. The same rows are always available as a table. */
export function Chart({ draw, label, onSelect, height = '100%' }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const select = useRef(onSelect);
  select.current = onSelect;
  const [ready, setReady] = useState(false);
  const [narrow, setNarrow] = useState(false);
  const dark = useComputedColorScheme('light') === 'dark';
  const colors = useMemo(() => palette(dark), [dark]);

  useEffect(() => {
    const element = box.current!;
    let gone = false;
    const watch = new ResizeObserver(() => {
      setNarrow(element.clientWidth < 480);
      chart.current?.resize();
    });
    watch.observe(element);
    void import('./echarts').then(({ init }) => {
      if (gone) return;
      chart.current = init(element);
      chart.current.on('click', (event) => select.current?.(event.data, event.dataIndex));
      setReady(true);
    });
    return () => {
      gone = true;
      watch.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  const printing = usePrinting();
  useEffect(() => {
    if (ready) chart.current?.setOption(draw({ colors: printing ? palette(false) : colors, narrow }), { replaceMerge: ['series'] });
  }, [ready, draw, colors, narrow, printing]);

  return <div ref={box} className="chart" role="img" aria-label={label} style={{ height, cursor: onSelect ? 'pointer' : undefined }} data-drawn={ready || undefined} />;
}

/** Paper is white, whatever the screen is. */
function usePrinting() {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const on = () => setPrinting(true);
    const off = () => setPrinting(false);
    window.addEventListener('beforeprint', on);
    window.addEventListener('afterprint', off);
    return () => {
      window.removeEventListener('beforeprint', on);
      window.removeEventListener('afterprint', off);
    };
  }, []);
  return printing;
}
