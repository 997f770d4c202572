# SPDX-License-Identifier: GPL-3.0-or-later
# How the estimate and its interval came to be: P(corrupt) after so many replications.
# gnuplot -c convergence.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: data/convergence.tsv of a result
if (ARGC < 1) {
	print "usage: gnuplot -c convergence.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
place = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? "" : ARG1."/"
data = place eq "" ? ARG1 : place."data/convergence.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "convergence.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
load here."lib/blocks.gp"
n = 0
highest = 0
stats data using (n = $1 > n ? $1 : n, highest = $1 >= 5 && $5 > highest ? $5 : highest, 0) nooutput
if (n < 10) {
	print "fewer than ten replications"
	exit status 3
}
# Of many points it has a few, which the first line says: "# 4 of 15 points: ...".
set datafile commentschars ""
set datafile separator "\n"
which = ""
stats data index 0 every ::0::0 using (which = strcol(1), 0) nooutput
set datafile commentschars "#"
set datafile separator
which = strstrt(which, " points: ") > 0 ? which[3:] : ""
load here."lib/term.gp"
load here."lib/style.gp"
set logscale x
set xrange [1:n * 1.1]
set yrange [0:highest * 1.05 > 1 ? 1.05 : highest * 1.05]
set format y "%g"
set xlabel "replications" offset 0, (term eq "dumb" ? 0 : 0.4)
if (term ne "dumb") { set ylabel "P(corrupt) of a replication" }
set title noenhanced heading.(which eq "" ? "" : "\n".which).(term eq "dumb" ? "\nP(corrupt) of a replication" : \
	"\nband: 95 % interval; ▽ none seen so far: its upper limit")
set key below horizontal height (term eq "dumb" ? 0 : 1) samplen 3 noenhanced
set style fill transparent solid 0.15 noborder
tint(i) = (i - 1) % 8 + 1
shape(i) = "ABCDEFGH"[tint(i):tint(i)]
if (term eq "dumb") {
	plot for [i = 1:blocks] data index i - 1 using 1:($2 > 0 ? $3 : NaN) every ::1 with points pointtype shape(i) title block_name[i]
} else {
	plot for [i = 1:blocks] data index i - 1 using 1:4:5 every ::1 with filledcurves linecolor rgb colour[tint(i)] notitle, \
	     for [i = 1:blocks] data index i - 1 using 1:4 every ::1 with lines linecolor rgb colour[tint(i)] linewidth 0.7 notitle, \
	     for [i = 1:blocks] data index i - 1 using 1:5 every ::1 with lines linecolor rgb colour[tint(i)] linewidth 0.7 notitle, \
	     for [i = 1:blocks] data index i - 1 using 1:($2 > 0 ? NaN : $5) every ::1 with points linecolor rgb colour[tint(i)] \
		pointtype triangle pointsize 0.9 notitle, \
	     for [i = 1:blocks] data index i - 1 using 1:($2 > 0 ? $3 : NaN) every ::1 with lines linecolor rgb colour[tint(i)] \
		dashtype tint(i) linewidth 2.5 title block_name[i]
}
