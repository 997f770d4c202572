# SPDX-License-Identifier: GPL-3.0-or-later
# How long allocation requests waited: percentiles of each policy.
# gnuplot -c stall.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: data/stall.tsv of a result (chunk-alloc.tsv, commit.tsv and discard.tsv
# have the same form: seconds against 1/(1-q), a block per policy)
if (ARGC < 1) {
	print "usage: gnuplot -c stall.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
data = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? ARG1 : ARG1."/data/stall.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "stall.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
load here."lib/blocks.gp"
# Of so many lines none can be followed.
if (blocks > 24) {
	print sprintf("it would have %d lines, stall-map, risk and ccdf show a sweep", blocks)
	exit status 3
}
# What it is a distribution of stands in the first line: "# 1/(1-q)	stall_s".
set datafile commentschars ""
name = ""
stats data index 0 every ::0::0 using (name = strcol(3), 0) nooutput
set datafile commentschars "#"
stall = name eq "stall_s" || name eq ""
what = stall ? "wait" : name eq "chunk-alloc_s" ? "chunk allocation" : \
	name eq "discard_s" ? "discard, queue included" : name[1:strlen(name) - 2]
zero_name = stall ? "no wait" : "0"

lowest = 1e99
highest = 0.0
furthest = 0.0
stats data using (furthest = $1 > furthest ? $1 : furthest, \
	lowest = $2 > 0 && $2 < lowest ? $2 : lowest, highest = $2 > highest ? $2 : highest, 0) nooutput
if (furthest < 2) {
	print "there were fewer than two ".(stall ? "request" : name eq "discard_s" ? "discard" : what)."s"
	exit status 3
}
load here."lib/term.gp"
load here."lib/style.gp"
waited = highest > 0
array last[blocks]
do for [i = 1:blocks] {
	last[i] = 0
	stats data index i - 1 using (last[i] = $1 > last[i] ? $1 : last[i], 0) nooutput
}

# Zero has no place on a logarithmic axis: it gets a line of its own below it.
if (waited) {
	bottom = 10 ** floor(log10(lowest))
	top = 10 ** ceil(log10(highest * 1.2))
	zero = bottom / 4
	set logscale y
	set yrange [bottom / 8:top]
	set ytics (zero_name zero)
	do for [e = int(log10(bottom) + sgn(log10(bottom)) * 0.5):int(log10(top) + sgn(log10(top)) * 0.5)] {
		set ytics add (duration(10.0 ** e) 10.0 ** e)
	}
	if (top / bottom < 101) {
		do for [e = int(log10(bottom) + sgn(log10(bottom)) * 0.5):int(log10(top) + sgn(log10(top)) * 0.5) - 1] {
			do for [m in "2 5"] {
				set ytics add (duration(m * 10.0 ** e) m * 10.0 ** e)
			}
		}
	}
	set arrow 1 from graph 0, first bottom / 2 to graph 1, first bottom / 2 nohead dashtype 2 linecolor rgb "#999999"
} else {
	zero = 0
	set yrange [-0.2:1]
	set ytics (zero_name 0)
	set label 1 (stall ? "no request waited" : "none took any time") at graph 0.5, graph 0.5 center textcolor rgb ink
}

set logscale x
set xrange [2:furthest > 2 ? furthest * 1.3 : 1000]
set xtics ("p50" 2, "p90" 10, "p99" 100, "p99.9" 1000)
decimals = 2
x = 10000.0
while (x <= furthest) {
	set xtics add ("p99.".("999999999"[1:decimals]) x)
	decimals = decimals + 1
	x = x * 10
}
across = "percentile".(stall ? " of the requests" : "")." (the last point is the longest)"
# Text has no upright letters: there is no room for a long name beside the axis.
set xlabel term eq "dumb" ? what.": ".across : across
if (term ne "dumb") { set ylabel what }
set title noenhanced heading
set key below horizontal height (term eq "dumb" ? 0 : 1) Left reverse samplen 3 noenhanced
if (blocks > 4 && term ne "dumb") { set key font ",9" spacing 0.9 }

# Two pieces: a line from "no wait" up to the first wait would show times that nobody waited.
none(y) = y > 0 ? NaN : zero
some(y) = y > 0 ? y : NaN
shown(y) = y > 0 ? y : zero
# The first policy is a broad line, so that another one on top of it shows. Of
# many blocks only the policies are told apart.
if (many) { set title noenhanced heading."\none line per point" }
tint(i) = many ? policy_at[i] : i
broad(i) = many ? 1 : i == 1 ? 5 : 2.5
first_of(i) = (sum [k = 1:i] (policy_at[k] == policy_at[i])) == 1
named(i) = !many ? block_name[i] : first_of(i) ? policy_name[policy_at[i]] : ""
plot for [i = 1:blocks] data index i - 1 using 1:(some($2)) every ::1 with lines linecolor tint(i) \
	linewidth broad(i) dashtype tint(i) title named(i), \
     for [i = 1:blocks] data index i - 1 using 1:(none($2)) every ::1 with lines linecolor tint(i) \
	linewidth broad(i) dashtype tint(i) notitle, \
     for [i = 1:blocks] data index i - 1 using 1:($1 == last[i] ? shown($2) : NaN) every ::1 \
	with points linecolor tint(i) pointtype (term eq "dumb" ? dot : tint(i) == 1 ? 7 : 2 * tint(i) + 1) pointsize (many ? 0.7 : 1.3) notitle
