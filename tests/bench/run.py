#!/usr/bin/python3
"""Measures mirmail beside others, all in one run.

Every figure is the median of rounds in which all of them take turns; on a
shared machine trust the ratios, not the rates.

Usage: run.py [ROUNDS] [compose|send|serve|million]

`million` sends to a million recipients, once, and serves them; it takes
minutes.
"""

import sys
import tempfile
from pathlib import Path

import composing
import sending
import serving


def main():
    words = sys.argv[1:]
    parts = [word for word in words if not word.isdigit()] or ["compose", "send", "serve"]
    rounds = next((int(word) for word in words if word.isdigit()), 5)
    print(f"medians of {rounds} interleaved rounds")
    with tempfile.TemporaryDirectory() as name:
        if "compose" in parts:
            composing.measure(Path(name), rounds)
        if "send" in parts:
            sending.measure(Path(name), rounds)
        if "serve" in parts:
            serving.measure(Path(name), rounds)
        if "million" in parts:
            sending.measure_million(Path(name))
            serving.measure_million(Path(name))


main()
