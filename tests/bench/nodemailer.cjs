// Composes messages with Nodemailer's composer and html-to-text, as compose.c
// does with mirmail. Reads a description as JSON, prints figures as JSON.
//
// NODE_PATH says where the packages are.
"use strict";

const fs = require("fs");
const { convert } = require("html-to-text");
const MailComposer = require("nodemailer/lib/mail-composer");

const input = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));

function cpuSeconds() {
  const usage = process.cpuUsage();
  return (usage.user + usage.system) / 1e6;
}

function build(name, text, html) {
  const composer = new MailComposer({
    from: input.from,
    to: { name, address: input.address },
    subject: input.subject,
    date: new Date(1780300800000),
    headers: input.headers,
    text,
    html,
  });
  return new Promise((resolve, reject) => {
    composer.compile().build((error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}

async function repeat(action) {
  const enough = input.seconds;
  await action(0); // warm
  let count = 0;
  let size = 0;
  const started = cpuSeconds();
  do {
    for (let i = 0; i < 5; i++, count++) size = (await action(count)).length;
  } while (cpuSeconds() - started < enough);
  return { seconds_each: (cpuSeconds() - started) / count, bytes: size };
}

// The page is there already: text from it, and a message of both.
function compose() {
  const text = convert(input.html, { wordwrap: 72 });
  return build("Reader", text, input.html);
}

// Both parts are there already: the name set in, and a message of both.
function merge(number) {
  const name = `Reader ${number}`;
  return build(name, input.text.replaceAll(input.mark, name),
               input.html.replaceAll(input.mark, name));
}

repeat(input.action === "compose" ? compose : merge)
  .then((figures) => console.log(JSON.stringify(figures)));
