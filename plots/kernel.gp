# SPDX-License-Identifier: GPL-3.0-or-later
# The threshold: what becomes of an exposed discard over the discards' duration.
# gnuplot -c kernel.gp DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: kernel.tsv of `trimsim validate kernel -o DIR`
if (ARGC < 1) {
	print "usage: gnuplot -c kernel.gp DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
data = ARG1
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "kernel.".term
if (ARGC >= 3) { output = ARG3 }
heading = "series k without protection: lines simulated, points a real btrfs, 95 % intervals"
if (ARGC >= 4) { heading = ARG4 }
set datafile separator tab
set datafile missing "nan"
stats data index "threshold" using 5 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
reuse = STATS_median
load here."lib/term.gp"
load here."lib/style.gp"

set title noenhanced heading
set logscale x
set xrange [18:1200]
set xtics (20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000)
set xlabel "mean duration of a discard, ms"
if (term ne "dumb") { set ylabel "share of the exposed discards" }
set yrange [-0.02:1]
set key top left Left reverse samplen 3 noenhanced
set arrow 1 from first reuse, graph 0 to first reuse, graph 1 nohead dashtype 2 linecolor rgb "#777777"
set label 1 sprintf("T_reuse %.0f ms", reuse) at first reuse * 0.97, graph 0.62 right textcolor rgb "#555555"
set style fill transparent solid 0.25 noborder

if (term eq "dumb") {
	plot data index "threshold" using 2:14 with linespoints pointtype "a" title "a new chunk over it", \
	     data index "threshold" using 2:17 with linespoints pointtype "w" title "written into", \
	     data index "kernel-threshold" using 1:2 with points pointtype "A" title "... recorded", \
	     data index "kernel-threshold" using 1:5 with points pointtype "W" title "... recorded"
} else {
	plot data index "threshold" using 2:15:16 with filledcurves linecolor rgb colour[1] notitle, \
	     data index "threshold" using 2:18:19 with filledcurves linecolor rgb colour[2] notitle, \
	     data index "threshold" using 2:20 with lines linecolor rgb ink linewidth 1.5 dashtype 3 \
		title "P(residual duration > T_reuse)", \
	     data index "threshold" using 2:14 with lines linecolor rgb colour[1] linewidth 2 \
		title "a new chunk over it before it ended", \
	     data index "threshold" using 2:17 with lines linecolor rgb colour[2] linewidth 2 \
		title "... and a write into it", \
	     data index "kernel-threshold" using 1:2:3:4 with yerrorbars linecolor rgb colour[1] \
		linewidth 1.5 pointtype 7 pointsize 1.1 notitle, \
	     data index "kernel-threshold" using 1:5:6:7 with yerrorbars linecolor rgb colour[2] \
		linewidth 1.5 pointtype 5 pointsize 1.1 notitle
}
