const paths = {
  overview: 'M4 13h6V4H4v9Zm0 7h6v-5H4v5Zm10 0h6v-9h-6v9Zm0-16v5h6V4h-6Z',
  doctors: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 8c0-3.3 3.6-6 8-6s8 2.7 8 6M12 16.5v3M10.5 18h3',
  patients: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9c0-3.3 2.7-6 6-6s6 2.7 6 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.5c1.9.9 3 2.9 3 5.5',
  finance: 'M4 20V10M10 20V4M16 20v-7M21 20H3M20.5 9l-4-4',
  line: 'M3 12h4l2.5-7 5 14 2.5-7h4',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z',
  auto: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 0v18M12 8l6.5-2M12 13l8.5-2.5M12 18l7-2',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  table: 'M4 5h16v14H4V5Zm0 5h16M4 14.5h16M10 10v9',
  chart: 'M4 20h16M7 16v-5M12 16V6M17 16v-8',
  export: 'M12 4v11M8 11l4 4 4-4M5 20h14',
  hide: 'M3 3l18 18M10.6 6.1A9 9 0 0 1 21 12a12 12 0 0 1-2.3 3M6.6 7.6A12 12 0 0 0 3 12c1.5 3.5 5 6 9 6a9 9 0 0 0 3.5-.7',
  edit: 'M4 20h4L19 9l-4-4L4 16v4Z',
  check: 'M5 12.5 10 17.5 19.5 7',
  reset: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v5h5',
  print: 'M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7v-6Z',
  plus: 'M12 5v14M5 12h14',
  up: 'M12 19V6M6.5 11.5 12 6l5.5 5.5',
  down: 'M12 5v13M6.5 12.5 12 18l5.5-5.5',
  right: 'M9 5l7 7-7 7',
  out: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h10',
  warn: 'M12 4 2.5 20h19L12 4Zm0 6v4.5M12 17.3v.1',
  drag: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  producer: 'M5 20V9l5 3V9l5 3V9l4 3v8H5Z',
  topics: 'M4 7h16M4 12h16M4 17h10',
  landing: 'M12 3v10M8 9.5l4 4 4-4M4 17v3h16v-3',
  postgres: 'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  capture: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  'change-topics': 'M4 7h13l-3-3M20 17H7l3 3M4 12h16',
  lake: 'M3 9c2-2 4-2 6 0s4 2 6 0 4-2 6 0M3 15c2-2 4-2 6 0s4 2 6 0 4-2 6 0',
  warehouse: 'M3 20V9l9-5 9 5v11M7 20v-8h10v8M7 16h10',
  transform: 'M5 4v6c0 3 2 4 7 4s7 1 7 4v2M5 20v-2c0-1.5.6-2.6 2-3.2M19 4v4c0 1.5-.6 2.6-2 3.2',
  dashboard: 'M4 5h16v11H4V5ZM9 20h6M12 16v4',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  const heavy = name === 'more' || name === 'drag';
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={heavy ? 3 : 1.8} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
