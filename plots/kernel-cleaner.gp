# SPDX-License-Identifier: GPL-3.0-or-later
# The cleaner's path: removals and exposed discards over the discards' duration.
# gnuplot -c kernel-cleaner.gp DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: kernel.tsv of `trimsim validate kernel -o DIR`
if (ARGC < 1) {
	print "usage: gnuplot -c kernel-cleaner.gp DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
data = ARG1
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "kernel-cleaner.".term
if (ARGC >= 3) { output = ARG3 }
heading = "series m2 without protection: lines simulated, points a real btrfs, 95 % intervals"
if (ARGC >= 4) { heading = ARG4 }
set datafile separator tab
set datafile missing "nan"
stats data index "cleaner" using 2 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/term.gp"
load here."lib/style.gp"

set logscale x
set xrange [18:1200]
set xtics (20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000)
set key off
set style fill transparent solid 0.25 noborder
set yrange [0:*]
set lmargin 12
array name[3] = ["removals / hour", "exposed / hour", "exposed / discard"]
array line[3] = [23, 26, 11]	# columns of the sweep
array point[3] = [8, 11, 14]	# ... and of the kernel's points
# three to five tics in so low a panel
array step[3]
do for [i = 1:3] {
	undefine S_* K_*
	stats data index "cleaner" using (column(line[i] + 2)) nooutput prefix "S"
	stats data index "kernel-cleaner" using (column(point[i] + 2)) nooutput prefix "K"
	top = 0
	if (exists("S_max")) { top = S_max }	# too few runs have no limits
	if (exists("K_max") && K_max > top) { top = K_max }
	step[i] = top > 0 ? 10.0 ** floor(log10(top)) : 1.0
	if (top / step[i] < 2) { step[i] = step[i] / 2 }
	if (top / step[i] > 5) { step[i] = step[i] * 2 }
}
text = term eq "dumb"
if (text) { set terminal dumb 78,60 mono noenhanced }
set multiplot layout 3, 1 title heading noenhanced
do for [i = 1:3] {
	set ylabel name[i] font ",9"
	set xlabel i == 3 ? "mean duration of a discard, ms" : ""
	set ytics step[i]
	l = line[i]
	p = point[i]
	if (text) {
		plot data index "cleaner" using 2:l with linespoints pointtype "o", \
		     data index "kernel-cleaner" using 1:p with points pointtype "K"
	} else {
		plot data index "cleaner" using 2:l + 1:l + 2 with filledcurves linecolor rgb colour[i], \
		     data index "cleaner" using 2:l with lines linecolor rgb colour[i] linewidth 2, \
		     data index "kernel-cleaner" using 1:p:p + 1:p + 2 with yerrorbars \
			linecolor rgb ink linewidth 1.5 pointtype 7 pointsize 1.1
	}
}
unset multiplot
