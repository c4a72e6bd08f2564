"""Composing, merging and starting, beside Nodemailer's composer with
html-to-text and Python's jinja2 with email.message."""

import json
import os
import shutil

from measure import (COMPOSE, HERE, MIRMAIL, ROOT, heading, interleave, median,
                     ratio, row, run, timed, write_config, write_list)

NODE_FOLDER = ROOT / "build/bench"
POST = HERE / "post.md"
GREETING = HERE / "greeting.md"
MARK = "Nemo Mustermann"  # stands where the name goes
POST_LIMIT = 2_000_000
SECONDS = 0.4  # of CPU, for one figure


def install_nodemailer():
    NODE_FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, NODE_FOLDER)
    run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=NODE_FOLDER)


class Bench:
    """The files that all of them compose from."""

    def __init__(self, folder):
        self.folder = folder
        self.config = write_config(folder)
        self.list = write_list(folder, 100)

    def mirmail(self, action, post):
        out = run([COMPOSE, action, self.config, post, self.list, str(SECONDS)])
        return json.loads(out)

    def preview(self, kind, post, as_list):
        return run([MIRMAIL, "preview", "--config", self.config, "--list", as_list,
                    "--format", kind, post])

    def describe(self, action, post):
        """The finished parts, with a mark for the name, as JSON."""
        marked = self.folder / "marked.csv"
        marked.write_text(f"email,name\nreader@bench.example,{MARK}\n")
        path = self.folder / f"{action}.json"
        path.write_text(json.dumps({
            "action": action,
            "seconds": SECONDS,
            "mark": MARK,
            "from": "Bench <news@bench.example>",
            "address": "reader@bench.example",
            "subject": "The reading room opens on Sundays",
            "headers": {"List-Id": "Bench <news.bench.example>",
                        "List-Unsubscribe": "<mailto:leave@bench.example>"},
            "text": self.preview("text", post, marked),
            "html": self.preview("html", post, marked),
        }))
        return path

    def node(self, description):
        return json.loads(run(["node", HERE / "nodemailer.cjs", description],
                              env=node_environment()))

    def python(self, description):
        return json.loads(run(["/usr/bin/python3", HERE / "jinja_email.py",
                               description]))

    def enlarged(self, times):
        """The post, its body so many times; at most what a post may have."""
        text = POST.read_text()
        end = text.index("\n---\n") + 5
        body = text[end:]
        times = min(times, (POST_LIMIT - end) // len(body.encode()))
        path = self.folder / f"post-{times}.md"
        path.write_text(text[:end] + body * times)
        return path


def node_environment():
    return {**os.environ, "NODE_PATH": str(NODE_FOLDER / "node_modules")}


def seconds(results):
    return [result["seconds_each"] for result in results]


def size_of(results):
    return f"{results[0]['bytes'] / 1000:.1f} KB"


def show_posts(results):
    ours, node = seconds(results["post"]), seconds(results["post, Nodemailer"])
    heading("A post, from the file to its first message (CPU)")
    row(f"mirmail ({POST.stat().st_size / 1000:.1f} KB of Markdown)",
        f"{median(ours) * 1000:.2f}", "ms", size_of(results["post"]))
    row("html-to-text and Nodemailer, the page given",
        f"{median(node) * 1000:.2f}", "ms", f"{ratio(ours, node):.1f} times that")


def show_series(results, sizes):
    heading("The same with a longer body (CPU)")
    first = None
    for path in sizes:
        taken = median(seconds(results[path.name]))
        kilobytes = path.stat().st_size / 1000
        first = first or taken / kilobytes
        row(f"{kilobytes:,.0f} KB of Markdown", f"{taken * 1000:,.2f}", "ms",
            f"{taken / kilobytes * 1e6:.0f} us a KB,"
            f" {taken / kilobytes / first:.2f} of the first")


def show_merging(results):
    ours = seconds(results["merge"])
    heading("One message more, its name in both parts (a second and core)")
    row(f"mirmail ({size_of(results['merge'])})", f"{1 / median(ours):,.0f}", "/s")
    for name in ("Nodemailer", "jinja2 and email"):
        theirs = results[f"merge, {name}"]
        row(f"{name} ({size_of(theirs)})", f"{1 / median(seconds(theirs)):,.0f}",
            "/s", f"mirmail {ratio(ours, seconds(theirs)):,.0f} times that")


STARTS = {
    "mirmail --version": lambda bench: [MIRMAIL, "--version"],
    "mirmail preview": lambda bench: [MIRMAIL, "preview", "--config", bench.config,
                                      "--list", bench.list, GREETING],
    "node, Nodemailer loaded": lambda bench: [
        "node", "-e", 'require("nodemailer"); require("html-to-text")'],
    "python3, jinja2 and email loaded": lambda bench: [
        "/usr/bin/python3", "-c", "import jinja2, email.message"],
}


def show_starts(results):
    heading("Starting")
    for name in STARTS:
        row(name, f"{median(w for w, _ in results[name]) * 1000:.1f}", "ms",
            f"{median(c for _, c in results[name]) * 1000:.1f} ms of CPU")


def measure_starts(bench, rounds):
    environment = node_environment()
    tasks = {name: lambda command=command: timed(command(bench), env=environment)
             for name, command in STARTS.items()}
    return interleave(tasks, rounds * 4)


def measure(folder, rounds):
    install_nodemailer()
    bench = Bench(folder)
    page = bench.describe("compose", POST)
    merge = bench.describe("merge", GREETING)
    sizes = [bench.enlarged(times) for times in (1, 10, 100, 1000)]
    tasks = {
        "post": lambda: bench.mirmail("post", POST),
        "post, Nodemailer": lambda: bench.node(page),
        "merge": lambda: bench.mirmail("merge", GREETING),
        "merge, Nodemailer": lambda: bench.node(merge),
        "merge, jinja2 and email": lambda: bench.python(merge),
    }
    for path in sizes:
        tasks[path.name] = lambda path=path: bench.mirmail("post", path)
    results = interleave(tasks, rounds)
    show_posts(results)
    show_series(results, sizes)
    show_merging(results)
    show_starts(measure_starts(bench, rounds))
    return results["merge"][0]["bytes"]
