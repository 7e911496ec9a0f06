// Opens the page in a real browser for PageInBrowserTests: `node check.mjs URL CHROMIUM`. Prints one JSON line a step:
// {"step":"drawn",...} when the overview is drawn, then waits for a line on standard input (the marts have changed),
// {"step":"changed",...} when the page shows it by itself, {"step":"done",...} after every view was opened.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const [url, executablePath] = process.argv.slice(2);
const say = (step, more) => process.stdout.write(JSON.stringify({ step, ...more }) + '\n');
const input = createInterface({ input: process.stdin });
const profile = await mkdtemp(join(tmpdir(), 'hospital-page-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath, headless: true, viewport: { width: 1440, height: 900 },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const trouble = [];
try {
  const page = await context.newPage();
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('console', (message) => { if (message.type() === 'error') trouble.push(`console: ${message.text()}`); });
  await page.addInitScript(() => {
    window.refused = [];
    document.addEventListener('securitypolicyviolation', (event) => window.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  let loads = 0;
  page.on('load', () => { loads++; });
  const drawn = () => page.waitForFunction(() => {
    const charts = [...document.querySelectorAll('.chart')];
    return charts.length > 0 && charts.every((chart) => chart.dataset.drawn && chart.querySelector('canvas')?.width > 0);
  }, null, { timeout: 30_000 });
  const visits = () => page.getByTestId('kpi-Visits').textContent();

  await page.goto(url);
  await drawn();
  await page.waitForFunction(() => document.querySelector('[data-testid=live]')?.textContent?.startsWith('Live'), null, { timeout: 30_000 });
  const before = await visits();
  say('drawn', { visits: before, charts: await page.locator('.chart').count() });
  await new Promise((resolve) => input.once('line', resolve));
  await page.waitForFunction((old) => document.querySelector('[data-testid=kpi-Visits]')?.textContent !== old, before, { timeout: 30_000 });
  say('changed', { visits: await visits(), loads });

  // Drill down by hand, and back by the browser's button.
  await page.getByRole('link', { name: 'Doctors' }).first().click();
  await drawn();
  await page.getByRole('button', { name: /^Open Dr / }).first().click();
  await page.waitForURL(/\/doctors\/\d+/);
  await drawn();
  await page.getByRole('button', { name: /^Open the journey of Patient / }).first().click();
  await page.waitForURL(/\/patients\/\d+/);
  await page.locator('.journey li').first().waitFor();
  const journey = await page.locator('main').innerText();
  await page.goBack();
  await page.waitForURL(/\/doctors\/\d+/);
  for (const path of ['/patients', '/finance', '/line']) {
    await page.goto(new URL(path, url).href);
    await drawn();
  }
  await page.getByRole('button', { name: /^Landing: / }).click();
  // The libraries that add styles of their own do so in menus and while tiles are moved.
  await page.goto(url);
  await drawn();
  await page.getByRole('button', { name: 'Revenue by month: more' }).click();
  await page.getByRole('menuitem', { name: 'Show as table' }).click();
  await page.getByRole('button', { name: 'Arrange' }).click();
  const grip = await page.getByRole('heading', { name: 'Visits by month' }).boundingBox();
  await page.mouse.move(grip.x + 10, grip.y + 8);
  await page.mouse.down();
  await page.mouse.move(grip.x + 400, grip.y - 250, { steps: 8 });
  await page.mouse.up();
  await page.waitForFunction(() => localStorage.getItem('hospital.layout.overview.v1') !== null);
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.waitForFunction(() => localStorage.getItem('hospital.layout.overview.v1') === null);
  await page.getByRole('button', { name: /^Colours: / }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  await page.waitForFunction(() => document.documentElement.dataset.mantineColorScheme === 'dark');
  await page.setViewportSize({ width: 390, height: 844 });
  const tooWide = [];
  for (const path of ['/', '/doctors', '/patients', '/finance', '/line']) {
    await page.goto(new URL(path, url).href);
    await drawn();
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) tooWide.push(path);
  }
  say('done', { trouble, refused: await page.evaluate(() => window.refused), tooWide, journey: journey.slice(0, 2000) });
} catch (error) {
  say('failed', { message: String(error.stack ?? error), trouble });
  process.exitCode = 1;
} finally {
  input.close();
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
