#!/bin/sh
# What the tests need from the system: Chromium and a PostgreSQL server. Installed through apt when missing and root.
need=""
command -v chromium >/dev/null 2>&1 || need="$need chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need="$need postgresql"
[ -z "$need" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Instalē | installing:$need"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $need >/dev/null && exit 0
fi
echo "Testiem trūkst:$need. Debian: sudo apt-get install$need" >&2
echo "The tests need:$need. On Debian: sudo apt-get install$need" >&2
exit 1
