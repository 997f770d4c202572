# SPDX-License-Identifier: GPL-3.0-or-later
# How long a discard takes by its size: presets, and what was measured:
#   gnuplot -c plots/devices.gp DATA [png|svg|pdf|dumb] [OUTPUT] [TITLE]
# DATA is devices-sizes.tsv of `trimsim validate devices -o DIR`.
here = ARG0[1:strlen(ARG0) - 10]	# less "devices.gp"
data = ARG1
term = ARGC >= 2 ? ARG2 : "png"
output = ARGC >= 3 ? ARG3 : "devices.".term
load here."lib/term.gp"
load here."lib/style.gp"

set datafile separator tab
stats data using 3 nooutput
blocks = STATS_blocks
array kind[blocks]
array name[blocks]
simulated = 0
do for [i = 1:blocks] {
	stats data index i - 1 using (kind[i] = strcol(1), name[i] = strcol(2), 0) every ::0::0 nooutput
	if (kind[i] eq "simulated") { simulated = i }
}
heading = "one discard: median, and 5 to 95 % as a band"
if (ARGC >= 4) { heading = ARG4 }
set title noenhanced heading
set logscale xy
set xrange [512:8589934592.0]
set yrange [1e-5:2]
set xlabel "size"
set ylabel "from submission to completion"
set xtics ()
do for [i = 0:6] { b = 1024 * 16.0 ** i; set xtics add (size_text(b) b) }
set ytics ()
do for [i = -5:0] { set ytics add (duration(10.0 ** i) 10.0 ** i) }
dash(i) = i % 2 ? 1 : 2
tint(i) = "#d8".substr(colour[i], 2, 7)	# nearly transparent
set key outside right top Left reverse samplen 2 noenhanced
if (term eq "dumb") {
	set key below
	plot for [i = 1:simulated] data index i - 1 using 3:5 with lines title name[i]
} else {
	plot for [i = 1:simulated] data index i - 1 using 3:4:6 with filledcurves linecolor rgb tint(i) notitle, \
	     for [i = 1:simulated] data index i - 1 using 3:5 with lines linecolor rgb colour[i] dashtype dash(i) title name[i], \
	     data using (strcol(1) eq "measured" ? $3 : NaN):5:4:6 with yerrorbars linecolor rgb ink linewidth 1 pointtype 7 pointsize 0.6 title "measured, row 26", \
	     data using (strcol(1) eq "stated" ? $3 : NaN):5 with points linecolor rgb ink pointtype 6 pointsize 1.1 title "stated, by row", \
	     data using (strcol(1) eq "stated" ? $3 : NaN):5:2 with labels offset 0.9, 0.6 font ",10" notitle
}
