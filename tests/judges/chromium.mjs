// Chromium without a network: open() starts it, show() gives a page with a
// mail in it, whose images are painted here.

import { readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

// The address of a picture says its size, `400x200.png`; others are WIDE.
const WIDE = [1600, 640];
const SIZES = { 'icon.png': [20, 20], 'missing.png': null };

export const open = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

// Reads {"cases": [...]} from standard input and answers with what `judge`
// makes of each, as JSON. Several at a time, as they mostly wait.
export async function judgeAll(judge) {
  const { cases } = JSON.parse(readFileSync(0, 'utf8'));
  const browser = await open();
  const reports = [];
  const take = async () => {
    for (let each; (each = cases.shift());) reports.push(await judge(browser, each));
  };
  await Promise.all([take(), take(), take()]);
  await browser.close();
  process.stdout.write(JSON.stringify(reports));
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(checksum(body), body.length + 4);
  return out;
}

// zlib.crc32 is there since Node 20.
function checksum(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes);
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

// A sky, a shore and the water.
function paint(width, height) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) {
    const part = y / height;
    const colour = part < 0.55 ? [168 + 60 * part, 200 + 40 * part, 228]
      : part < 0.6 ? [92, 108, 84] : [52 + 30 * part, 108 + 40 * part, 132 + 30 * part];
    for (let x = 0; x < width; x++)
      for (let at = 0; at < 3; at++)
        rows[y * (width * 3 + 1) + 1 + x * 3 + at] = colour[at];
  }
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head),
    chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function answer(route, report) {
  const request = route.request();
  const url = request.url();
  const file = url.slice(url.lastIndexOf('/') + 1);
  report?.requests.push(url);
  const size = file in SIZES ? SIZES[file]
    : file.match(/^(\d+)x(\d+)\.png$/)?.slice(1).map(Number) ?? WIDE;
  if (request.resourceType() !== 'image' || !size) return route.abort();
  return route.fulfill({ contentType: 'image/png', body: paint(...size) });
}

export async function show(browser, html, { width, scheme, report, height = 900, scale = 1 }) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: scheme, deviceScaleFactor: scale });
  const page = await context.newPage();
  page.on('pageerror', (error) => report?.errors.push(String(error)));
  await page.route('**/*', (route) => answer(route, report));
  await page.setContent(html, { waitUntil: 'load' });
  return page;
}

// How many of a thousand pixels of two pictures differ visibly; counted in
// `page`, which may be empty.
export function pixelsApart(page, one, other) {
  return page.evaluate(async (pictures) => {
    const [a, b] = await Promise.all(pictures.map(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height);
    }));
    if (a.width !== b.width || a.height !== b.height) return 1000;
    let different = 0;
    for (let at = 0; at < a.data.length; at += 4)
      if ([0, 1, 2].some((c) => Math.abs(a.data[at + c] - b.data[at + c]) > 24)) different++;
    return (different * 1000) / (a.width * a.height);
  }, [one.toString('base64'), other.toString('base64')]);
}
