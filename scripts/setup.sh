#!/bin/sh
# Prepares .venv/ at the top of the repository: the interpreter, the Python packages and, where this user may install
# them, the system libraries that Qt and OpenGL need. Does nothing when nothing has changed since the last time.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "setup: $*"; }
die() { printf '%s\n' "setup: $*" >&2; exit 1; }

stamp=.venv/.ready
wanted=$(cat pyproject.toml scripts/setup.sh | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exit 0; fi

# ---- the right to install system packages: root, or sudo that asks nothing
as_root=''
may_install=no
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then may_install=yes
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then may_install=yes; as_root='sudo -n'
    fi
fi

apt_install() {
    [ "$may_install" = yes ] || return 1
    say "installing system packages: $*"
    $as_root apt-get update -qq >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# ---- system libraries of Qt's xcb plugin, software OpenGL, a virtual display
packages='libgl1 libegl1 libopengl0 libgl1-mesa-dri libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 libxrender1
libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
libxcb-xinerama0 libxcb-xkb1 xvfb fonts-dejavu-core'
if [ "$(uname -s)" = Linux ] && command -v dpkg-query >/dev/null 2>&1; then
    missing=''
    for package in $packages; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086  # a list of words on purpose
        apt_install $missing || say "please install these as an administrator, or the window may not open: apt-get install$missing"
    fi
fi

# ---- an interpreter of 3.11 or newer
find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return 0
        fi
    done
    return 1
}
python=$(find_python) || die 'Python 3.11 or newer is needed and was not found; set PYTHON=/path/to/python3.'

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "creating .venv with $("$python" --version)"
    if ! "$python" -m venv --clear .venv 2>/dev/null; then
        version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        apt_install "$version" || die "Python's venv module is missing; install it with: apt-get install $version"
        "$python" -m venv --clear .venv
    fi
fi

say 'installing Python packages (several gigabytes the first time: PyTorch comes with its GPU libraries)'
.venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
printf '%s' "$wanted" >"$stamp"
say 'ready.'
