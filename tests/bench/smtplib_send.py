#!/usr/bin/python3
"""Sends messages with smtplib over one connection, ready bytes or messages that
email.message makes. Reads a description as JSON and prints the seconds that
sending took as JSON."""

import json
import smtplib
import ssl
import sys
import time
from email.message import EmailMessage
from email.policy import SMTP

INPUT = json.load(open(sys.argv[1], encoding="utf-8"))
KIND, COUNT = sys.argv[2], int(sys.argv[3])
SENDER = "news@bench.example"


def ready(number):
    name = f"Reader {number}".encode()
    return INPUT["bytes"].encode("latin-1").replace(INPUT["mark"].encode(), name)


def composed(number):
    name = f"Reader {number}"
    message = EmailMessage(policy=SMTP)
    message["From"] = INPUT["from"]
    message["To"] = f"{name} <reader{number}@bench.example>"
    message["Subject"] = INPUT["subject"]
    for key, value in INPUT["headers"].items():
        message[key] = value
    message.set_content(INPUT["text"].replace(INPUT["mark"], name))
    message.add_alternative(INPUT["html"].replace(INPUT["mark"], name),
                            subtype="html")
    return message.as_bytes()


started = time.monotonic()
make = ready if KIND == "ready" else composed
with smtplib.SMTP("127.0.0.1", INPUT["port"]) as relay:
    if INPUT["ca"]:
        relay.starttls(context=ssl.create_default_context(cafile=INPUT["ca"]))
    for i in range(COUNT):
        relay.sendmail(SENDER, [f"reader{i}@bench.example"], make(i))
    print(json.dumps({"seconds": time.monotonic() - started}))
