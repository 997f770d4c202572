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
set lmargin 10
set multiplot layout 2, 1 title heading noenhanced
do for [what = 0:1] {
	set ylabel what ? "exposed per hour" : "removals per hour"
	set xlabel what ? "mean duration of a discard, ms" : ""
	line = 23 + 3 * what	# column of the sweep
	point = 8 + 3 * what	# ... of the kernel's points
	if (term eq "dumb") {
		plot data index "cleaner" using 2:line with linespoints pointtype "o", \
		     data index "kernel-cleaner" using 1:point with points pointtype "K"
	} else {
		plot data index "cleaner" using 2:line + 1:line + 2 with filledcurves \
			linecolor rgb colour[1 + what], \
		     data index "cleaner" using 2:line with lines linecolor rgb colour[1 + what] linewidth 2, \
		     data index "kernel-cleaner" using 1:point:point + 1:point + 2 with yerrorbars \
			linecolor rgb ink linewidth 1.5 pointtype 7 pointsize 1.1
	}
}
unset multiplot
