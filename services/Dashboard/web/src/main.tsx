import './nonce';
import '@mantine/core/styles.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { liveChannel } from './state/live';
import { followMarts } from './state/tiles';

liveChannel.start();
followMarts();
createRoot(document.getElementById('root')!).render(<App />);
