// Chromium on the page where people leave: reads {"cases": [{"name": …,
// "url": …}]} from standard input, answers with what it saw of each, as JSON.
// It goes the whole way: by keyboard alone, and without JavaScript.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { judgeAll } from './chromium.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [320, 700];

const runAxe = () =>
  axe.run(document, { resultTypes: ['violations', 'incomplete'] }).then((result) => {
    const brief = (found) => found.map((each) => ({ id: each.id,
      nodes: each.nodes.map((node) => node.html.slice(0, 200)) }));
    return { violations: brief(result.violations), incomplete: brief(result.incomplete) };
  });

const look = () => {
  const button = document.querySelector('button');
  const style = button && getComputedStyle(button);
  return {
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
    title: document.title,
    heading: document.querySelector('h1').textContent,
    scroll: document.documentElement.scrollWidth,
    focused: document.activeElement.tagName,
    radius: style?.borderRadius,
    outline: style?.outlineStyle,
    ground: getComputedStyle(document.body).backgroundColor,
    height: button?.getBoundingClientRect().height,
  };
};

// Only the page's own server is there; what else is asked for is told.
async function visit(browser, url, options, report) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', (message) => report.console.push(message.text()));
  await page.route('**/*', (route) => {
    const asked = route.request();
    report.requests.push(`${asked.method()} ${new URL(asked.url()).pathname}`);
    if (new URL(asked.url()).host === new URL(url).host) return route.continue();
    return route.abort();
  });
  const answer = await page.goto(url);
  report.statuses.push(answer.status());
  return page;
}

async function judge(browser, { name, url }) {
  const report = { name, console: [], requests: [], statuses: [], axe: [], seen: [] };
  for (const colorScheme of ['light', 'dark']) {
    for (const width of WIDTHS) {
      const page = await visit(browser, url, { colorScheme, viewport: { width, height: 800 } },
        report);
      report.seen.push({ colorScheme, width, ...(await page.evaluate(look)) });
      await page.evaluate(AXE);
      report.axe.push({ colorScheme, width, ...(await page.evaluate(runAxe)) });
      if (process.env.PICTURES)
        await page.screenshot({ path: `${process.env.PICTURES}/${name}-${colorScheme}-${width}.png` });
      await page.context().close();
    }
  }
  const page = await visit(browser, url, { viewport: { width: 700, height: 800 } }, report);
  await page.keyboard.press('Tab');
  report.tabbed = await page.evaluate(look);
  if (report.tabbed.focused === 'BUTTON') {
    const [answer] = await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    report.pressed = { status: answer.status(), ...(await page.evaluate(look)) };
    await page.evaluate(AXE);
    report.axe.push({ pressed: true, ...(await page.evaluate(runAxe)) });
  }
  report.cookies = await page.context().cookies();
  await page.context().close();
  const bare = await visit(browser, url, { javaScriptEnabled: false }, report);
  if ((await bare.locator('button').count()) === 1) {
    await Promise.all([bare.waitForNavigation(), bare.click('button')]);
    report.bare = await bare.locator('h1').textContent();
  }
  await bare.context().close();
  return report;
}

await judgeAll(judge);
