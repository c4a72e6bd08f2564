// Takes pictures: node picture.mjs PAGE.html WIDTH light|dark OUT.png …

import { readFileSync, writeFileSync } from 'node:fs';
import { open, show } from './chromium.mjs';

const words = process.argv.slice(2);
const browser = await open();
for (let at = 0; at + 3 < words.length; at += 4) {
  const [file, width, scheme, out] = words.slice(at, at + 4);
  const page = await show(browser, readFileSync(file, 'utf8'), { width: Number(width), scheme });
  // Frames are painted once they are seen.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: Number(width), height });
  await page.waitForTimeout(500);
  writeFileSync(out, await page.screenshot({ fullPage: true }));
  await page.context().close();
}
await browser.close();
