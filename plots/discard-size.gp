# SPDX-License-Identifier: GPL-3.0-or-later
# How long discards took, by their size: median to 99th percentile, and the longest.
# gnuplot -c discard-size.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE [KIND]]]]
# DATA: data/latency.tsv of a result; KIND: discard (default), write, read or flush
if (ARGC < 1) {
	print "usage: gnuplot -c discard-size.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE [KIND]]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
data = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? ARG1 : ARG1."/data/latency.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "discard-size.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
kind = "discard"
if (ARGC >= 5) { kind = ARG5 }
set datafile separator tab
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
load here."lib/blocks.gp"
if (blocks > 8) {
	print sprintf("there would be %d points beside each other", blocks)
	exit status 3
}
sizes = "4KiB 64KiB 1MiB 64MiB 1GiB more"
place(s) = s eq "4KiB" ? 1 : s eq "64KiB" ? 2 : s eq "1MiB" ? 3 : s eq "64MiB" ? 4 : s eq "1GiB" ? 5 : 6
of_kind(y) = strcol(1) eq kind ? y : NaN
lowest = 1e99
highest = 0.0
first = 7
last = 0
array any[blocks]
widen(low, high, at) = (lowest = low > 0 && low < lowest ? low : lowest, highest = high > highest ? high : highest, \
	first = at < first ? at : first, last = at > last ? at : last, 0)
do for [i = 1:blocks] {
	any[i] = 0
	stats data index i - 1 using (strcol(1) eq kind ? (any[i] = 1, widen($4, $8, place(strcol(2)))) : 0) every ::1 nooutput
}
if (highest <= 0) {
	print sprintf("there was no %s that took any time", kind)
	exit status 3
}
load here."lib/term.gp"
load here."lib/style.gp"
set logscale y
bottom = lowest / 1.5e9
top = highest * 1.5e-9
set yrange [bottom:top]
set ytics () noenhanced
do for [e = -9:6] {
	do for [m in (top / bottom < 101 ? "1 2 5" : "1")] {
		tick = m * 10.0 ** e
		if (tick >= bottom && tick <= top) { set ytics add (duration(tick) tick) }
	}
}
set xrange [first - 0.5:last + 0.5]
set xtics () noenhanced
do for [k = first:last] {
	set xtics add ((k < 6 ? "≤ ".word("4 64 1 64 1", k)." ".word("KiB KiB MiB MiB GiB", k) : "> 1 GiB") k)
}
set xlabel (term eq "dumb" ? "size (low: median, high: the longest)" : \
	"size of the command (bar: median to 99th percentile; point above: the longest)") offset 0, (term eq "dumb" ? 0 : 0.4)
if (term ne "dumb") { set ylabel kind.", queue included" }
set title noenhanced heading.(term eq "dumb" ? "\n".kind.", queue included" : "")
set key below horizontal height (term eq "dumb" ? 0 : 1) samplen 2 noenhanced
if (blocks > 4 && term ne "dumb") { set key font ",9" spacing 0.9 }
spread = blocks > 1 ? (blocks > 5 ? 0.7 : 0.15 * (blocks - 1)) : 0
at(s, i) = place(s) + (blocks > 1 ? spread * ((i - 1.0) / (blocks - 1) - 0.5) : 0)
# Too few for a percentile: up to the longest.
high(p99, max) = p99 > 0 ? p99 : max
named(i) = any[i] ? block_name[i] : ""
shape(i) = term eq "dumb" ? "ABCDEFGH"[i:i] : word("7 5 9 13 15 4 6 8", i) + 0
if (term eq "dumb") {	# no bars of text
	plot for [i = 1:blocks] data index i - 1 using (at(strcol(2), i)):(of_kind($4 * 1e-9)) every ::1 with points \
		pointtype shape(i) title named(i), \
	     for [i = 1:blocks] data index i - 1 using (at(strcol(2), i)):(of_kind($8 * 1e-9)) every ::1 with points \
		pointtype shape(i) notitle
} else {
	plot for [i = 1:blocks] data index i - 1 using (at(strcol(2), i)):(of_kind($4 * 1e-9)):(0):(high($6, $8) * 1e-9 - $4 * 1e-9) \
		every ::1 with vectors nohead linecolor rgb colour[i] linewidth 5 notitle, \
	     for [i = 1:blocks] data index i - 1 using (at(strcol(2), i)):(of_kind($4 * 1e-9)) every ::1 with points \
		linecolor rgb colour[i] pointtype shape(i) pointsize 1.4 title named(i), \
	     for [i = 1:blocks] data index i - 1 using (at(strcol(2), i)):(of_kind($8 * 1e-9)) every ::1 with points \
		linecolor rgb colour[i] pointtype shape(i) pointsize 0.8 notitle
}
