# SPDX-License-Identifier: GPL-3.0-or-later
# Corruption probability of each policy, with its confidence interval.
# gnuplot -c corruption.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: data/corruption.tsv of a result
if (ARGC < 1) {
	print "usage: gnuplot -c corruption.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
data = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? ARG1 : ARG1."/data/corruption.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "corruption.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
# Names would not fit.
if (int(STATS_records) > 16) {
	print sprintf("it would have %d columns, risk and risk-map show a sweep", int(STATS_records))
	exit status 3
}
load here."lib/term.gp"
load here."lib/style.gp"

n = 0
corrupted = 0.0
lowest = 1.0
highest = 0.0
# Column 4: corrupted replications, 5: estimate, 6 and 7: interval.
stats data using (n = n + 1, $4 > 0 ? (corrupted = corrupted + 1, lowest = $6 < lowest ? $6 : lowest) : \
	(lowest = $7 < lowest ? $7 : lowest), highest = $7 > highest ? $7 : highest, 0) nooutput

# Names of many have room beside a vertical axis only.
across = n > 3
axis = across ? "x" : "y"
room = !across ? 1.2 : term eq "dumb" ? 2.2 : 1.3
# A logarithmic axis when it is needed to see the smallest beside the largest.
log_p = highest / lowest > 20
if (log_p) {
	eval "set logscale ".axis
	eval "set format ".axis." '10^{%T}'"
	set termoption enhanced
	top = 10 ** ceil(log10(highest * 1.3))
	bottom = 10 ** floor(log10(lowest * 0.7))
	top = top > 1 ? (highest > 0.5 ? 2 : 1) : top
	more = !across ? 1 : (top / bottom) ** (term eq "dumb" ? 0.8 : 0.12)
	eval "set ".axis."range [bottom:top * more]"
} else {
	eval "set ".axis."range [0:(highest * room > room - 0.12 ? room - 0.12 : highest * room)]"
	eval "set format ".axis." '%g'"
}
if (across) {
	set yrange [n - 0.4:-0.6]
	set xlabel "P(corrupt) of a replication"
	set ytics noenhanced
	# Long names leave little room beside them: two to five numbers.
	if (!log_p) {
		tick = 10 ** floor(log10(highest * room))
		set xtics tick * (highest * room / tick >= 5 ? 2 : highest * room / tick >= 2 ? 1 : 0.5)
	}
	unset grid
	if (term ne "dumb") { set grid xtics linecolor rgb "#dddddd" linewidth 1 linetype 1 }
} else {
	set xrange [-0.6:n - (n > 2 ? 0.1 : 0.4)]
	set ylabel "P(corrupt) of a replication"
	set xtics noenhanced
}
interval = term eq "dumb" ? "[confidence interval]" : "bars: confidence interval"
mark = term eq "dumb" ? "v" : "▽"
note = corrupted == 0 ? mark." none seen: upper limit of the confidence interval" : corrupted < n ? \
	interval."; ".mark." none seen: its upper limit" : interval
if (across && term ne "dumb") {	# the middle of the figure, as that of the axes is far to the right
	set tmargin strstrt(heading, "\n") ? 5 : 4
	set label 1 heading."\n".note at screen 0.5, screen 0.955 center noenhanced
} else {
	set title noenhanced heading."\n".note
}
set key off
# Text shows no fine bars: there the numbers are written.
gap = across ? " " : "\n"
runs(k, all, e, low, high) = sprintf("%d:%d", k, all).(term ne "dumb" ? "" : \
	k > 0 ? sprintf("%s%.3g%s[%.3g, %.3g]", gap, e, gap, low, high) : sprintf("%s< %.2g", gap, high))
seen(k, x) = k > 0 ? x : NaN
none(k, x) = k > 0 ? NaN : x
if (across) {
	plot data using (seen($4, $5)):1:6:7:($1 + 1):ytic(2) with xerrorbars linecolor variable linewidth 2 pointtype dot pointsize 1.2, \
	     data using (none($4, $7)):1:($1 + 1) with points linecolor variable linewidth 2 pointtype triangle pointsize 1.6, \
	     data using (term eq "dumb" && $4 > 0 ? $5 : $7):1:(runs($4, $3, $5, $6, $7)) with labels left offset character (term eq "dumb" ? 2 : 1.5), 0 noenhanced textcolor rgb ink
} else {
	plot data using 1:(seen($4, $5)):6:7:($1 + 1):xtic(2) with yerrorbars linecolor variable linewidth 2 pointtype dot pointsize 1.4, \
	     data using 1:(none($4, $7)):($1 + 1) with points linecolor variable linewidth 2 pointtype triangle pointsize 2.2, \
	     data using 1:($4 > 0 ? $5 : $7):(runs($4, $3, $5, $6, $7)) with labels left offset character 2, 0 noenhanced textcolor rgb ink
}
