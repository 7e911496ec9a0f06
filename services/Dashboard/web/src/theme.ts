import { createTheme, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = ['#e8f2ff', '#cfe2fd', '#9fc4f8', '#6ba4f3', '#4189ef', '#2778ed', '#0f6fde', '#085fc4', '#0053ae', '#004799'];
const slate: MantineColorsTuple = ['#dfe7ef', '#b9c6d3', '#96a6b7', '#6c7d90', '#3d4d5e', '#2c3a49', '#212d3a', '#17212b', '#111922', '#0b1117'];

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 6, dark: 5 },
  colors: { brand, dark: slate },
  fontFamily: 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
});
