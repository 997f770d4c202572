#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh TRIMSIM NAME CONFIG [OPTION...]: the run must give expected/NAME.tsv,
# again when it is repeated, and the same files with 1, 2 and 5 workers.
# TSIM_GOLDEN_UPDATE=1 writes expected/NAME.tsv instead (see update).
set -euo pipefail
export LC_ALL=C

trimsim=$1 name=$2
shift 2
expected=$(dirname "$(realpath "$0")")/expected/$name.tsv
work=$(mktemp -d "${TMPDIR:-/tmp}/trimsim-golden-XXXXXX")
trap 'rm -rf "$work"' EXIT

# One line for each column of the table, so that a difference says what differs.
turned()
{
	awk -F '\t' '
		{ for (i = 1; i <= NF; i++) row[i] = NR == 1 ? $i : row[i] "\t" $i }
		END { for (i = 1; i <= NF; i++) print row[i] }' "$1"
}

run()
{
	"$trimsim" run "$@" --quiet > "$work/stdout"
}

run "$@" -j 1 -o "$work/first"
turned "$work/first/points.tsv" > "$work/points"
if [ -n "${TSIM_GOLDEN_UPDATE-}" ]; then
	mkdir -p "$(dirname "$expected")"
	cp "$work/points" "$expected"
	exit
fi
diff -u "$expected" "$work/points"

for jobs in 1 2 5; do
	run "$@" -j $jobs -o "$work/again"
	# The store has times in it, and blocks in the order in which they came.
	diff -r -x results.sqlite "$work/first" "$work/again"
	rm -r "$work/again"
done
