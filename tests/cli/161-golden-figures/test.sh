#!/bin/bash
# Every figure of fixed data, as text and as SVG, is what it was.  To accept
# another look: look at it, then TSIM_UPDATE=1 tests/cli/run.sh TRIMSIM 161-golden-figures
source "$TEST_TOP/common"

command -v gnuplot > /dev/null || exit 77
here=$TEST_TOP/161-golden-figures
plots=$TEST_TOP/../../plots
touch "$out" "$err"

# What differs between versions of gnuplot that draw the same.
normalise()
{
	sed -e '/Produced by GNUPLOT/d' -e 's/[[:space:]]*$//' "$1"
}

same()
{
	normalise "$1" > new
	[ -n "${TSIM_UPDATE:-}" ] && cp new "$here/expected/$1"
	diff "$here/expected/$1" new > "$out" || _fail "$1 is not what it was"
}

# Other versions place ticks and letters otherwise: then it must be drawn, no more.
[[ $(gnuplot --version) = "gnuplot 5.4 "* ]] && golden=yes || golden=no

for name in corruption stall space-time risk risk-map stall-map trade ccdf funnel timeline \
	convergence paired read-latency discard-size; do
	for term in dumb svg; do
		gnuplot -c "$plots/$name.gp" "$here/data" $term $name.$term \
			"golden: seed 1, 60 replications" 2> "$err" || _fail "$name in $term: status $?"
		[ -s $name.$term ] || _fail "$name in $term: empty"
	done
	grep -q '</svg>' $name.svg || _fail "$name.svg is not complete"
	sed 's/[\x80-\xbf]//g' $name.dumb | awk 'length > 79' | grep -q . &&
		_fail "$name: a line of more than 79 columns"
	[ $golden = yes ] || continue
	same $name.dumb
	case $name in risk | risk-map | trade | funnel | discard-size) same $name.svg ;; esac
done

# A limit is a triangle with its value, never a point at 0.
grep -q 'v' risk.dumb || _fail "no upper limit in text"
grep -q '<0\.06' risk-map.svg || grep -q '&lt;0\.06' risk-map.svg || _fail "no limit in a cell"
