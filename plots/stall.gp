# SPDX-License-Identifier: GPL-3.0-or-later
# How long allocation requests waited: percentiles of each policy.
# gnuplot -c stall.gp DATA [TERMINAL [OUTPUT [TITLE]]]
# DATA: data/stall.tsv of a result (chunk-alloc.tsv, commit.tsv and discard.tsv
# have the same form: seconds against 1/(1-q), a block per policy)
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
data = ARG1
term = strlen(ARG2) ? ARG2 : "png"
output = strlen(ARG3) ? ARG3 : "stall.".term
load here."lib/term.gp"
load here."lib/style.gp"

lowest = 1e99
highest = 0.0
furthest = 2.0
stats data using (furthest = $1 > furthest ? $1 : furthest, \
	lowest = $2 > 0 && $2 < lowest ? $2 : lowest, highest = $2 > highest ? $2 : highest, 0) nooutput
stats data using 0 nooutput
blocks = STATS_blocks
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
	set ytics ("no wait" zero)
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
	set ytics ("no wait" 0)
	set label 1 (furthest > 2 ? "no request waited" : "no request was made") at graph 0.5, graph 0.5 center textcolor rgb ink
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
set xlabel "percentile of the requests (the last point is the longest)"
set ylabel "wait"
set title noenhanced ARG4
set key top left Left reverse samplen 3 noenhanced

# Two pieces: a line from "no wait" up to the first wait would show times that nobody waited.
none(y) = y > 0 ? NaN : zero
some(y) = y > 0 ? y : NaN
shown(y) = y > 0 ? y : zero
# The first policy is a broad line, so that another one on top of it shows.
plot data index 0 using 1:(some($2)) with lines linecolor 1 linewidth 5 title columnheader(1), \
     data index 0 using 1:(none($2)) every ::1 with lines linecolor 1 linewidth 5 notitle, \
     for [i = 1:blocks - 1] data index i using 1:(some($2)) with lines linecolor i + 1 linewidth 2.5 \
	dashtype i + 1 title columnheader(1), \
     for [i = 1:blocks - 1] data index i using 1:(none($2)) every ::1 with lines linecolor i + 1 \
	linewidth 2.5 dashtype i + 1 notitle, \
     for [i = 0:blocks - 1] data index i using 1:($1 == last[i + 1] ? shown($2) : NaN) every ::1 \
	with points linecolor i + 1 pointtype (i == 0 ? 7 : 2 * i + 3) pointsize 1.3 notitle
