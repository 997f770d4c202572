#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh TRIMSIM TEST: run one test of this directory in an empty directory.
set -u
export TRIMSIM=$(realpath "$1")
export TEST_TOP=$(dirname "$(realpath "$0")")
export LC_ALL=C
unset TRIMSIM_DATADIR

work=$(mktemp -d "${TMPDIR:-/tmp}/trimsim-cli-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bash "$TEST_TOP/$2/test.sh"
