# SPDX-License-Identifier: GPL-3.0-or-later
# What was measured over what the closed form says, row by row:
#   gnuplot -c plots/validation.gp DATA [png|svg|pdf|dumb] [OUTPUT] [TITLE]
# DATA is validation.tsv of `trimsim validate -o DIR`.
here = ARG0[1:strlen(ARG0) - 13]	# less "validation.gp"
data = ARG1
term = ARGC >= 2 ? ARG2 : "png"
output = ARGC >= 3 ? ARG3 : "validation.".term
load here."lib/term.gp"
load here."lib/style.gp"

set datafile separator tab
stats data using 1 nooutput
n = STATS_records
stats data using 6 nooutput
lowest = STATS_min
stats data using 7 nooutput
highest = STATS_max
wide = (highest - 1 > 1 - lowest ? highest - 1 : 1 - lowest) * 1.2

# The case's name under its first row, a thin line between cases.
last = ""
starts = ""
names = ""
new(at, case) = (starts = starts.sprintf(" %d", at), names = names." ".case, last = case, 0)
stats data using (strcol(2) eq last ? 0 : new($1, strcol(2))) nooutput
unset xtics
label_at = -n
gap = n / 45.0
k = words(names)
do for [i = 1:k] {
	# legible where cases have few rows: moved to the right, or back where the page ends
	start = word(starts, i) - 0.5
	label_at = start > label_at + gap ? start : label_at + gap
	shown_at = label_at < n - (k - i) * gap ? label_at : n - (k - i) * gap
	set arrow i from start, graph 0 to start, graph 1 nohead linecolor rgb "#dddddd"
	set arrow k + i from shown_at, graph -0.03 to start, graph 0 nohead linecolor rgb "#999999"
	set label i word(names, i) at shown_at, graph -0.04 right rotate by 45 font ",8" noenhanced
}
set bmargin 5.5
heading = "measured / closed form, 95 % intervals"
if (ARGC >= 4) { heading = ARG4 }
set title noenhanced heading
set ylabel "measured / closed form"
set xrange [0.5:n + 0.5]
# Percents near 1 and halves far from it, on one axis.
set nonlinear y via asinh((y - 1) * 40) inverse 1 + sinh(y) / 40
set yrange [1 - wide:1 + wide]
set ytics (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1, 1.02, 1.05, 1.1, 1.2, 1.3, 1.5, 2)
set key off
failed(v) = v eq "failed"
plot 1 with lines linecolor rgb ink linewidth 1 dashtype 2, \
     data using 1:(failed(strcol(9)) ? NaN : $5):6:7 with yerrorbars linecolor rgb colour[1] linewidth 1.2 pointtype 7 pointsize 0.5, \
     data using 1:(failed(strcol(9)) ? $5 : NaN):6:7 with yerrorbars linecolor rgb colour[2] linewidth 2 pointtype 5 pointsize 0.9
