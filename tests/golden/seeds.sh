#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# seeds.sh TRIMSIM CONFIG [OPTION...]: no replication of other seeds breaks an
# invariant, and each seed gives another result.
set -euo pipefail

trimsim=$1
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/trimsim-seeds-XXXXXX")
trap 'rm -rf "$work"' EXIT

for seed in 1 2 3; do
	"$trimsim" run "$@" --seed $seed -o "$work/$seed" --quiet > "$work/stdout"
done
! cmp -s "$work/1/points.tsv" "$work/2/points.tsv"
! cmp -s "$work/2/points.tsv" "$work/3/points.tsv"
