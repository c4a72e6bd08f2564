// Which mail programs do not know what a mail uses: reads {"cases": [{"name":
// …, "html": …}]} from standard input, answers {feature: [program, …]}.

import { readFileSync } from 'node:fs';
import { caniemail, rawData } from 'caniemail';

// Without these it refuses a program as soon as one feature was never tried
// there.
const programs = new Set();
for (const feature of rawData.data)
  for (const [family, places] of Object.entries(feature.stats))
    for (const place of Object.keys(places)) programs.add(`${family}.${place}`);
for (const feature of rawData.data)
  for (const program of programs) {
    const [family, place] = program.split('.');
    feature.stats[family] ??= {};
    feature.stats[family][place] ??= { '2000-01': 'u' };
  }

const found = {};
for (const { html } of JSON.parse(readFileSync(0, 'utf8')).cases)
  for (const program of programs)
    for (const [, issues] of caniemail({ clients: [program], html }).issues.errors)
      for (const { title } of issues) (found[title] ??= new Set()).add(program);
process.stdout.write(JSON.stringify(Object.fromEntries(
  Object.entries(found).map(([title, names]) => [title, [...names].sort()]))));
