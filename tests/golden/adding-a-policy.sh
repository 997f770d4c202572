#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# adding-a-policy.sh SOURCE: follow docs/adding-a-policy.md in a copy of the
# source tree, build, and compare the new policy with the two of Linux.
set -euo pipefail
export LC_ALL=C

source=$(realpath "$1")
page=$source/docs/adding-a-policy.md
work=$(mktemp -d "${TMPDIR:-/tmp}/trimsim-policy-XXXXXX")
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "adding-a-policy: $*" >&2
	exit 1
}

# block FILE: the block after the line "`FILE`:".
block()
{
	awk -v line="\`$1\`:" '
		$0 == line { found = 1; next }
		found && /^```/ { if (inside) exit; inside = 1; next }
		inside { print }' "$page"
}

# insert FILE: the block is one line to be found and one, with a +, to go after it.
insert()
{
	local file=$work/$1 after new
	after=$(block "$1" | sed -n '1s/^ //p')
	new=$(block "$1" | sed -n '2s/^+//p')
	[ -n "$after" ] && [ -n "$new" ] || fail "no lines for $1 on the page"
	[ "$(grep -cxF -- "$after" "$file")" = 1 ] || fail "$1 does not have the line '$after' once"
	awk -v after="$after" -v new="$new" '{ print } $0 == after { print new }' \
		"$file" > "$file.new"
	mv "$file.new" "$file"
}

for entry in CMakeLists.txt sim models workloads configs tests plots; do
	cp -r "$source/$entry" "$work/"
done
block models/policy/skip-under-trim.c > "$work/models/policy/skip-under-trim.c"
[ -s "$work/models/policy/skip-under-trim.c" ] || fail "no file on the page"
insert models/policy/policies.h
insert models/policy/policies.c
insert models/CMakeLists.txt
insert tests/golden/CMakeLists.txt

# without optimisation: the build is what takes the time
cmake -S "$work" -B "$work/build" -G Ninja -DTSIM_WERROR=ON -DCMAKE_BUILD_TYPE=None > "$work/log" ||
	{ cat "$work/log" >&2; fail "cmake failed"; }
cmake --build "$work/build" --target trimsim > "$work/log" ||
	{ tail -20 "$work/log" >&2; fail "the build failed"; }

# the command of the page's last block
command=$(grep -A1 'trimsim run configs/seed-race.conf' "$page" | sed 's/\\$//' | tr -d '\n')
cd "$work"
[ -n "$command" ] || fail "no command on the page"
eval "$command --replications 10 -o $work/result --quiet" > "$work/report"

# three policies, each with 10 replications and removals of its own
cut -f 1,2 result/points.tsv | grep -qx "skip-under-trim.10" || fail "no result of the policy"
[ "$(wc -l < result/points.tsv)" = 4 ] || fail "not three policies"
hidden=$(awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "funnel_hidden") c = i }
	$1 == "skip-under-trim" { print $c }' result/points.tsv)
[ "$hidden" -gt 0 ] || fail "nothing was trimmed"
ctest --test-dir build -N -R golden-skip-under-trim-churn | grep -q 'Total Tests: 1' ||
	fail "no tests of its own"
