// What mailauth says about a signed mail: one JSON object. The records come
// from a file, so nothing is asked of the network.
//
//     node mailauth.mjs records.json < mail
import { readFileSync } from 'node:fs';
import { authenticate } from 'mailauth';

const records = JSON.parse(readFileSync(process.argv[2], 'utf8'));

async function resolver(name, type) {
  const found = type === 'TXT' ? records[name.toLowerCase()] : undefined;
  if (found === undefined) {
    const error = new Error(`no ${type} record for ${name}`);
    error.code = 'ENOTFOUND';
    throw error;
  }
  return [[found]];
}

const { dkim, dmarc } = await authenticate(readFileSync(0), {
  ip: '192.0.2.1', helo: 'relay.example.org', mta: 'mx.example.net',
  sender: 'news@harbour.example.org', disableArc: true, disableBimi: true,
  resolver,
});
console.log(JSON.stringify({
  dkim: dkim.results.map(({ status, signingDomain, selector, algo }) => (
    { result: status.result, aligned: status.aligned, domain: signingDomain,
      selector, algo })),
  dmarc: dmarc && dmarc.status.result,
}));
