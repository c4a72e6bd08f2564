#!/usr/bin/python3
"""Composes messages with jinja2 and email.message, as compose.c does with
mirmail. Reads a description as JSON, prints figures as JSON."""

import json
import sys
import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from datetime import datetime, timezone

import jinja2

INPUT = json.load(open(sys.argv[1], encoding="utf-8"))
DATE = format_datetime(datetime.fromtimestamp(1780300800, timezone.utc))


def template(text, autoescape):
    """The finished part with a field where the name stands."""
    environment = jinja2.Environment(autoescape=autoescape, keep_trailing_newline=True)
    parts = text.split(INPUT["mark"])
    escaped = ["{% raw %}" + part + "{% endraw %}" for part in parts]
    return environment.from_string("{{ name }}".join(escaped))


TEXT = template(INPUT["text"], False)
HTML = template(INPUT["html"], True)


def merge(number):
    name = f"Reader {number}"
    message = EmailMessage(policy=SMTP)
    message["From"] = INPUT["from"]
    message["To"] = f"{name} <{INPUT['address']}>"
    message["Subject"] = INPUT["subject"]
    message["Date"] = DATE
    for key, value in INPUT["headers"].items():
        message[key] = value
    message.set_content(TEXT.render(name=name))
    message.add_alternative(HTML.render(name=name), subtype="html")
    return message.as_bytes()


def repeat(action):
    action(0)
    count = 0
    started = time.process_time()
    while time.process_time() - started < INPUT["seconds"]:
        size = len(action(count))
        count += 1
    return {"seconds_each": (time.process_time() - started) / count, "bytes": size}


print(json.dumps(repeat(merge)))
