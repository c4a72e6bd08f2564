// Sends messages through Nodemailer's connection pool. Reads a description as
// JSON and prints the seconds that sending took as JSON.
//
// NODE_PATH says where the packages are.
"use strict";

const fs = require("fs");
const nodemailer = require("nodemailer");

const input = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const connections = Number(process.argv[3]);
const count = Number(process.argv[4]);

const transport = nodemailer.createTransport({
  host: "127.0.0.1",
  port: input.port,
  pool: true,
  maxConnections: connections,
  maxMessages: Infinity,
  secure: false,
  requireTLS: input.ca !== null,
  ignoreTLS: input.ca === null,
  tls: input.ca === null ? undefined : { ca: fs.readFileSync(input.ca), servername: "localhost" },
});

function send(number) {
  const name = `Reader ${number}`;
  return transport.sendMail({
    from: input.from,
    to: { name, address: `reader${number}@bench.example` },
    subject: input.subject,
    headers: input.headers,
    text: input.text.replaceAll(input.mark, name),
    html: input.html.replaceAll(input.mark, name),
  });
}

// As many at a time as the pool has connections, and some in reserve.
async function main() {
  const started = process.hrtime.bigint();
  let next = 0;
  async function work() {
    while (next < count) await send(next++);
  }
  await Promise.all(Array.from({ length: connections * 2 }, work));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  transport.close();
  console.log(JSON.stringify({ seconds }));
}

main();
