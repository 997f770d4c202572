#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh SOURCE-DIRECTORY [NAME-PATTERN]: break one rule at a time in a copy of
# the sources; `trimsim validate` must say so in the rows that should see it,
# and must pass on the unbroken copy.
set -euo pipefail
export LC_ALL=C

source=$(realpath "$1") only=${2-}
table=$source/tests/mutation/mutants
work=$(mktemp -d "${TMPDIR:-/tmp}/trimsim-mutation-XXXXXX")
trap 'rm -rf "$work"' EXIT
ulimit -c 0	# a broken invariant aborts, by design

mkdir "$work/src"
cp -r "$source"/{CMakeLists.txt,configs,models,sim,workloads} "$work/src/"
mkdir "$work/src/tests"
touch "$work/src/tests/CMakeLists.txt"
cmake -S "$work/src" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=None \
	-DCMAKE_C_FLAGS='-O1 -w' > "$work/log"
build()
{
	ninja -C "$work/build" trimsim trimsim-engine-simgrid > "$work/log" 2>&1 ||
		{ cat "$work/log"; exit 1; }
}

# The cases that have a row beyond the threshold, a word each.
failing()
{
	local budget=$1 status=0
	shift
	TRIMSIM_DATADIR=$work/src/configs timeout 600 "$work/build/sim/cli/trimsim" validate "$@" \
		--budget "$budget" --format json > "$work/table" 2> "$work/err" || status=$?
	if [ $status -ne 0 ] && [ $status -ne 4 ]; then
		cat "$work/err"
		echo "not ok: trimsim validate: exit status $status"
		exit 1
	fi
	awk -F '"' '/"case"/ { name = $4 } /"verdict" : "failed"/ && name { print name }' \
		"$work/table" | sort -u | tr '\n' ' '
}

# Call $1 with the fields of each mutant.
each()
{
	local name file expression budget cases expected

	while IFS='|' read -r name file expression budget cases expected; do
		case $name in '#'*|'') continue;; esac
		[[ $name != *"$only"* ]] || "$1"
	done < "$table"
}

unbroken()
{
	local found

	found=$(failing "$budget" $cases)
	if [ -n "$found" ]; then
		echo "not ok: nothing is broken, but these fail: $found"
		exit 1
	fi
}

broken()
{
	local found one caught=no

	cp "$work/src/$file" "$work/kept"
	sed -i -e "$expression" "$work/src/$file"
	if cmp -s "$work/src/$file" "$work/kept"; then
		echo "not ok: $name: its expression matches nothing in $file"
		exit 1
	fi
	build
	found=$(failing "$budget" $cases)
	for one in $expected; do
		[[ " $found" != *" $one "* ]] || caught=yes
	done
	printf '%-42s caught: %-3s %s\n' "$name" $caught "$found"
	[ $caught = yes ] || missed=$((missed + 1))
	n=$((n + 1))
	cp "$work/kept" "$work/src/$file"
}

build
each unbroken
missed=0 n=0
each broken
echo "$n mutants, $missed missed"
[ $n -gt 0 ] && [ $missed -eq 0 ]
