# SPDX-License-Identifier: GPL-3.0-or-later
# How long reads took: percentiles of each point.
# gnuplot -c read-latency.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: data/read.tsv of a result (seconds against 1/(1-q), a block per policy and point)
if (ARGC < 1) {
	print "usage: gnuplot -c read-latency.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
data = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? ARG1 : ARG1."/data/read.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "read-latency.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
load here."lib/blocks.gp"
lowest = 1e99
highest = 0.0
furthest = 2.0
stats data using (furthest = $1 > furthest ? $1 : furthest, \
	lowest = $2 > 0 && $2 < lowest ? $2 : lowest, highest = $2 > highest ? $2 : highest, 0) nooutput
if (highest <= 0) {
	print "nothing was read"
	exit status 3
}
load here."lib/term.gp"
load here."lib/style.gp"

array last[blocks]
do for [i = 1:blocks] {
	last[i] = 0
	stats data index i - 1 using (last[i] = $1 > last[i] ? $1 : last[i], 0) nooutput
}

set logscale xy
bottom = lowest / 1.5
top = highest * 1.5
set yrange [bottom:top]
set ytics () noenhanced
do for [e = -9:6] {
	do for [m in (top / bottom < 101 ? "1 2 5" : "1")] {
		tick = m * 10.0 ** e
		if (tick >= bottom && tick <= top) { set ytics add (duration(tick) tick) }
	}
}
set xrange [1.9:furthest * 1.3]
set xtics ("p50" 2, "p90" 10, "p99" 100, "p99.9" 1000)
decimals = 2
x = 10000.0
while (x <= furthest) {
	set xtics add ("p99.".("999999999"[1:decimals]) x)
	decimals = decimals + 1
	x = x * 10
}
across = "percentile of the reads (the last point is the longest)"
set xlabel term eq "dumb" ? "read, queue included: ".across : across
if (term ne "dumb") { set ylabel "read, queue included" }
# The name of the only policy says nothing.
point_part(s) = n_policies == 1 && strlen(s) > strlen(policy_name[1]) ? s[strlen(policy_name[1]) + 3:] : s
set title noenhanced heading.(many ? "\none line per point" : "")
set key tmargin left vertical maxrows 8 Left reverse samplen 5 noenhanced
tint(i) = many ? policy_at[i] : (i - 1) % 8 + 1
# Equal lines lie on each other: the earlier one is the broader.
broad(i) = many ? 1 : blocks > 1 ? 2 + 5.0 * (blocks - i) / (blocks - 1) : 2
dash(i) = broad(i) > 4 ? 1 : tint(i)
first_of(i) = (sum [k = 1:i] (policy_at[k] == policy_at[i])) == 1
named(i) = !many ? point_part(block_name[i]) : first_of(i) ? policy_name[policy_at[i]] : ""
seen(y) = y > 0 ? y : NaN
plot for [i = 1:blocks] data index i - 1 using 1:(seen($2)) every ::1 with lines linecolor rgb colour[tint(i)] \
	linewidth broad(i) dashtype dash(i) title named(i), \
     for [i = 1:blocks] data index i - 1 using ($1 == last[i] ? $1 : NaN):(seen($2)) every ::1 with points \
	linecolor rgb colour[tint(i)] pointtype (term eq "dumb" ? dot : word("7 5 9 13 15 4 6 8", tint(i)) + 0) \
	pointsize (many ? 0.7 : 1.3) notitle
