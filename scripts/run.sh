#!/bin/sh
# Starts the studio. Without a display it opens the same window on a virtual one, performs the first steps of a
# newcomer (open, mask, reconstruct, attention, classify), saves its screenshots to out/ and prints what it saw.
set -eu
cd "$(dirname "$0")/.."

if [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
    exec .venv/bin/recon-studio "$@"
fi
command -v xvfb-run >/dev/null 2>&1 || {
    echo 'run: there is no display and no xvfb-run; install the package xvfb or start this on a desktop.' >&2
    exit 1
}
mkdir -p out
echo 'run: no display here, so the window opens on a virtual one; screenshots go to out/.'
exec xvfb-run -a -s '-screen 0 1440x900x24' .venv/bin/recon-studio --first-steps out "$@"
