#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh SOURCE-DIRECTORY [NAME-PATTERN]: break one rule at a time in a copy of
# the sources; `trimsim validate` must say so in a row that should see it, which
# must pass on the unbroken copy.  No more rows are run than that takes.
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

# trimsim validate CASES --budget BUDGET, LINES of its table at most (0: all), until a row beyond
# the threshold in a case of EXPECTED ('': in any): its case is in found, else '', its line in line.
look()
{
	local program=$1 cases=$2 budget=$3 lines=$4 expected=$5 row name='' status=0 pid

	found='' line=0
	exec 3< <(TRIMSIM_DATADIR=$work/src/configs exec "$program" validate $cases \
		--budget "$budget" 2> "$work/err")
	pid=$!
	while IFS= read -r row <&3; do
		line=$((line + 1))
		case $row in
		[a-z]*'  '*) name=${row%%  *};;
		'  '*!) [[ $expected && " $expected " != *" $name "* ]] || found=$name;;
		esac
		[ -z "$found" ] && [ $line != "$lines" ] || { kill -KILL $pid; break; }
	done
	exec 3<&-
	wait $pid || status=$?
	case $status in
	0|4|137) ;;
	*)	cat "$work/err"
		echo "not ok: trimsim validate: exit status $status"
		exit 1;;
	esac
}

broken()
{
	cp "$work/src/$file" "$work/kept"
	sed -i -e "$expression" "$work/src/$file"
	if cmp -s "$work/src/$file" "$work/kept"; then
		echo "not ok: $name: its expression matches nothing in $file"
		exit 1
	fi
	build
	look "$work/build/sim/cli/trimsim" "$cases" "$budget" 0 "$expected"
	printf '%-42s caught: %s\n' "$name" "${found:-no}"
	[ -n "$found" ] || missed=$((missed + 1))
	[ $line -le "${seen["$cases|$budget"]:-0}" ] || seen["$cases|$budget"]=$line
	n=$((n + 1))
	cp "$work/kept" "$work/src/$file"
}

# The rows that saw a mutant, and those before them.
unbroken()
{
	look "$work/unbroken" "${1%|*}" "${1#*|}" "${seen["$1"]}" ''
	if [ -n "$found" ]; then
		echo "not ok: nothing is broken, but $found fails (of ${1%|*}, budget ${1#*|})"
		exit 1
	fi
}

build
cp "$work/build/sim/cli/trimsim" "$work/unbroken"
missed=0 n=0
declare -A seen
while IFS='|' read -r name file expression budget cases expected; do
	case $name in '#'*|'') continue;; esac
	[[ $name != *"$only"* ]] || broken
done < "$table"
for key in "${!seen[@]}"; do
	unbroken "$key"
done
echo "$n mutants, $missed missed"
[ $n -gt 0 ] && [ $missed -eq 0 ]
