#!/bin/sh
# Runs in a bare Debian 12, as root, with the packages in /debs: deb.py puts it there. Prints TAP.
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
count=0

# try NAME COMMAND...: one test; what a command that fails said is shown.
try() {
    name=$1
    shift
    count=$((count + 1))
    if "$@" >/tmp/said 2>&1; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        tail -25 /tmp/said | sed 's/^/# /'
    fi
}

apt() { apt-get -q -y --no-install-recommends "$@"; }
has_no_compiler() { ! command -v cc && ! command -v gcc && ! command -v clang; }
man_page_is_read() { MANWIDTH=80 man "$1" | grep -q "$2"; }
completes() {
    bash -c '. /usr/share/bash-completion/completions/fmferry
        COMP_WORDS=(fmferry run --lim) COMP_CWORD=2; _fmferry; [ "${COMPREPLY[*]}" = --limit ]'
}
demonstration() { cd /srv && fmferry-demo && [ -s /srv/fmferry-demo/fmferry-report.html ]; }
units_are_understood() {
    systemd-analyze verify --man=no /lib/systemd/system/fmferry-*.service /lib/systemd/system/fmferry-*.timer
}
units_are_enclosed() {
    for unit in run serve verify; do
        systemd-analyze security --offline=yes --no-pager --threshold=15 /lib/systemd/system/fmferry-$unit.service ||
            return 1
    done
}
folder_is_private() { [ "$(stat -c '%U %a' /var/lib/fmferry)" = "fmferry 700" ]; }
as_user() { cd /var/lib/fmferry && setpriv --reuid fmferry --regid fmferry --clear-groups "$@"; }
upgraded() {
    apt install /debs/next/*.deb && [ "$(dpkg-query -W -f '${Version}' fmferry)" != "$before" ] &&
        [ "$(cat /var/lib/fmferry/fmferry.ini)" = kept ]
}
folder_stays() { apt purge fmferry fmsim && [ -f /var/lib/fmferry/fmferry.ini ] && getent passwd fmferry; }
purged() { rm /var/lib/fmferry/* && apt install /debs/*.deb && apt purge fmferry fmsim; }
nothing_is_left() {
    left=$(find / -xdev \( -name '*fmferry*' -o -name '*fmsim*' \) \
        ! -path '/debs/*' ! -path '/proc/*' ! -path '/srv/*' ! -path '/var/cache/man/cat*')
    echo "$left"
    [ -z "$left" ] && ! getent passwd fmferry && ! getent group fmferry
}

try "there is no compiler" has_no_compiler
try "man and systemd are there" apt install man-db systemd
try "the packages are installed" apt install /debs/*.deb
before=$(dpkg-query -W -f '${Version}' fmferry)
try "there is still no compiler" has_no_compiler
try "fmferry --help" fmferry --help
try "fmferry-audit --help" fmferry-audit --help
try "man fmferry-run" man_page_is_read fmferry-run 'fmferry run'
try "man fmferry.ini" man_page_is_read fmferry.ini quiet_hours
try "bash completes" completes
try "the demonstration runs" demonstration
try "the units are understood" units_are_understood
try "the units are exposed by 1.5 at most" units_are_enclosed
try "the user's folder is private" folder_is_private
try "the user can set up" as_user fmferry init --defaults
echo kept >/var/lib/fmferry/fmferry.ini
rm -f /var/lib/fmferry/password
try "an upgrade keeps what is in it" upgraded
try "purged, documents and their user stay" folder_stays
try "purged without any" purged
try "nothing is left" nothing_is_left
echo "1..$count"
