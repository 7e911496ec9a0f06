import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Shell } from './components/Shell';
import { queries } from './state/tiles';
import { usePlace } from './state/url';
import { theme } from './theme';
import { Overview } from './views/Overview';

const Doctors = lazy(() => import('./views/Doctors').then((view) => ({ default: view.Doctors })));
const Doctor = lazy(() => import('./views/Doctor').then((view) => ({ default: view.Doctor })));
const Patients = lazy(() => import('./views/Patients').then((view) => ({ default: view.Patients })));
const Patient = lazy(() => import('./views/Patient').then((view) => ({ default: view.Patient })));
const Finance = lazy(() => import('./views/Finance').then((view) => ({ default: view.Finance })));
const Line = lazy(() => import('./views/Line').then((view) => ({ default: view.Line })));

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <Shell><Suspense fallback={null}><CurrentView /></Suspense></Shell>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function CurrentView() {
  const { place } = usePlace();
  const { view, id } = place;
  useEffect(() => {
    const names = { overview: 'Overview', doctors: 'Doctors', patients: 'Patients', finance: 'Finance', line: 'The line' };
    document.title = `${names[view]} · HospitalStreaming`;
  }, [view]);
  switch (view) {
    case 'doctors': return id === null ? <Doctors /> : <Doctor key={id} id={id} />;
    case 'patients': return id === null ? <Patients /> : <Patient key={id} id={id} />;
    case 'finance': return <Finance />;
    case 'line': return <Line />;
    case 'overview': return <Overview />;
  }
}
