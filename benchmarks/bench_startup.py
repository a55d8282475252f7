"""How soon the studio is visible, and how soon it shows a first reconstruction: ``python -m benchmarks.bench_startup --json``."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.display import virtual_display

LAUNCHES = 5
LIMIT_S = 120
ROOT = Path(__file__).resolve().parents[1]


def measure(launches: int) -> dict[str, Any]:
    """Launches the studio on its bundled cloud several times.

    Returns:
        Medians in seconds since the process was started by the operating system, every single value, device and versions.
    """
    with virtual_display() as there:
        if not there:
            raise SystemExit("bench_startup: there is no display and no Xvfb; install the package xvfb.")
        runs = [_launch() for _ in range(launches)]
    return {
        "visible_s": round(statistics.median(run["visible"] for run in runs), 3),
        "first_reconstruction_s": round(statistics.median(run["first_reconstruction"] for run in runs), 3),
        "runs": runs,
        "device": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("PySide6_Essentials", "vtk", "torch")}},
    }


def _launch() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        # Nobody's own settings: a saved geometry or model would be measured with them.
        environment = {**os.environ, "RECON_STUDIO_TIMING": "1", "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}
        command = [sys.executable, "-m", "recon_studio.app", "--exit"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    seconds = {event["event"]: float(event["seconds"]) for event in events}
    if done.returncode != 0 or set(seconds) != {"visible", "first_reconstruction"}:
        raise SystemExit(f"bench_startup: the studio ended with {done.returncode}: {done.stderr.strip()}")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--launches", type=int, default=LAUNCHES)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    options = parser.parse_args()
    result = measure(options.launches)
    if options.json:
        print(json.dumps(result))
    else:
        print(
            f"visible after {result['visible_s']} s, first reconstruction after {result['first_reconstruction_s']} s ({result['device']})"
        )


if __name__ == "__main__":
    main()
