# SPDX-License-Identifier: GPL-3.0-or-later
# What half and twice each parameter make of series k.
# gnuplot -c kernel-sensitivity.gp DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: kernel-sensitivity.tsv of `trimsim validate kernel --sensitivity -o DIR`
if (ARGC < 1) {
	print "usage: gnuplot -c kernel-sensitivity.gp DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
data = ARG1
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "kernel-sensitivity.".term
if (ARGC >= 3) { output = ARG3 }
heading = "series k, 100 ms, without protection: half (circles) and twice (squares) each parameter"
if (ARGC >= 4) { heading = ARG4 }
set datafile separator tab
set datafile missing "nan"
stats data index 0 using 4 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
n = STATS_records
load here."lib/term.gp"
load here."lib/style.gp"

array name[4] = ["exposed / main", "realloc / exposed", "T_reuse, ms", "removals / s"]
array base[4]
do for [k = 1:4] {
	stats data index k - 1 using 7 nooutput
	base[k] = STATS_median
}
array lever[n]
stats data index 0 using (lever[int($0) + 1] = strcol(1), 0) nooutput
set ytics (lever[1] n)
do for [i = 2:n] { set ytics add (lever[i] n + 1 - i) }
text = term eq "dumb"
if (text) { set terminal dumb 78,100 mono noenhanced }
set yrange [0.5:n + 0.5]
set xrange [0:*]
set key off
if (!text) { set grid ytics }
left = 0.25	# of the first panel
width = 0.185	# from one panel to the next
row(i) = n - i
if (text) {
	set multiplot layout 4, 1 title heading noenhanced
} else {
	set multiplot title heading noenhanced
	set tmargin at screen 0.86
	set bmargin at screen 0.12
	set xtics rotate by -45 font ",9"
}
do for [k = 1:4] {
	if (!text) {
		set lmargin at screen left + (k - 1) * width
		set rmargin at screen left + k * width - 0.03
	}
	set title name[k] noenhanced
	set arrow 1 from base[k], 0.5 to base[k], n + 0.5 nohead linecolor rgb ink
	if (k == 2 && !text) { set ytics 1, 1, n; set format y "" }
	half = text ? "h" : 7
	twice = text ? "2" : 5
	plot data index k - 1 using 4:(row($0)) with points \
		pointtype half pointsize 0.8 linecolor rgb colour[1], \
	     data index k - 1 using 10:(row($0)) with points pointtype twice pointsize 0.8 linecolor rgb colour[2], \
	     data index k - 1 using (text ? NaN : $4):(row($0)):5:6 with xerrorbars pointtype 0 \
		linewidth 1.2 linecolor rgb colour[1], \
	     data index k - 1 using (text ? NaN : $10):(row($0)):11:12 with xerrorbars pointtype 0 \
		linewidth 1.2 linecolor rgb colour[2], \
	     data index k - 1 using (text ? NaN : $4):(row($0)):($10 - $4):(0) with vectors nohead \
		linewidth 1 linecolor rgb "#bbbbbb"
}
unset multiplot
