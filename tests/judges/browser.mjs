// Chromium as a judge: reads {"cases": [{"name": …, "html": …}]} from standard
// input, answers with what it saw of each mail, as JSON.
//
// Nothing leaves this machine: every request is answered here or stopped.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { judgeAll, show, pixelsApart } from './chromium.mjs';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const PURIFY = readFileSync(require.resolve('dompurify/dist/purify.min.js'), 'utf8');

const WIDTHS = [320, 700];
const SCROLL_WIDTHS = [320, 375, 700];

// Runs in the page.
const runAxe = () =>
  axe.run(document, { resultTypes: ['violations', 'incomplete'] }).then((result) => {
    const brief = (found) => found.map((each) => ({
      id: each.id,
      nodes: each.nodes.map((node) => `${node.html.slice(0, 200)} ${
        [...node.any, ...node.all, ...node.none].map((check) => check.message).join(' ')}`),
    }));
    return { violations: brief(result.violations), incomplete: brief(result.incomplete) };
  });

// What a sanitiser of others takes away from the post.
const purify = () => {
  const content = document.querySelector('.txt');
  const clean = DOMPurify.sanitize(content.innerHTML);
  const removed = DOMPurify.removed.map((each) =>
    each.element ? each.element.outerHTML ?? each.element.nodeName : each.attribute?.name);
  return { removed, same: clean === content.innerHTML };
};

const withoutStyle = (html) => html.replace(/<style[^>]*>[^]*?<\/style>/g, '');

let counter; // a page to count pixels in

async function judge(browser, { name, html }) {
  const report = { name, axe: [], scroll: {}, requests: [], errors: [] };
  const page = await show(browser, html, { width: 700, scheme: 'light', report });
  const styled = await page.screenshot({ fullPage: true });
  report.images = await page.evaluate(() => [...document.images].map((image) => image.src));
  await page.evaluate(PURIFY);
  report.purify = await page.evaluate(purify);
  await page.evaluate(AXE);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      report.axe.push({ scheme, width, ...(await page.evaluate(runAxe)) });
    }
  }
  for (const width of SCROLL_WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    report.scroll[width] = await page.evaluate(() => document.documentElement.scrollWidth);
  }
  await page.context().close();
  const bare = await show(browser, withoutStyle(html), { width: 700, scheme: 'light', report });
  counter ??= browser.newPage();
  report.bare = await pixelsApart(await counter, styled, await bare.screenshot({ fullPage: true }));
  await bare.context().close();
  report.requests = [...new Set(report.requests)];
  return report;
}

await judgeAll(judge);
