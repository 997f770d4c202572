# SPDX-License-Identifier: GPL-3.0-or-later
# One replication over its time: free, pinned and allocated bytes, discards, commits.
# gnuplot -c timeline.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: data/timeline.tsv, which `trimsim plot` makes
if (ARGC < 1) {
	print "usage: gnuplot -c timeline.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
place = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? "" : ARG1."/"
data = place eq "" ? ARG1 : place."data/timeline.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "timeline.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
run_name = ""
stats data index "run" using (run_name = strcol(1), 0) every ::0::0 nooutput
end = 0
most = 0
n_bytes = 0
stats data index "bytes" using ($1 == $1 ? (end = $1 > end ? $1 : end) : 0) nooutput
stats data index "bytes" using (n_bytes = n_bytes + ($4 == $4), 0) nooutput
stats data index "discards" using (most = $2 > most ? $2 : most, end = $1 > end ? $1 : end, 0) nooutput
if (end <= 0 || n_bytes == 0) {
	print "nothing happened: no chunk and no commit"
	exit status 3
}
n_commits = 0
stats data index "commits" using (n_commits = n_commits + ($1 == $1), 0) nooutput
load here."lib/term.gp"
load here."lib/style.gp"
text = term eq "dumb"
if (text) { set terminal dumb 78,44 mono noenhanced }
unit = end < 0.9e-3 ? 1e6 : end < 0.9 ? 1e3 : 1.0
unit_name = unit == 1e6 ? "µs" : unit == 1e3 ? "ms" : "s"
GiB = 1073741824.0
set multiplot title heading."\n".run_name.(text ? "\nGiB: a allocated, p pinned, f free; discards in flight" : "") noenhanced
set xrange [0:end * unit]
set lmargin at screen 0.11
set rmargin at screen 0.97
set tmargin at screen 0.84
set bmargin at screen 0.46
set format x ""
set yrange [0:*]
if (!text) { set ylabel "GiB" }
set key at graph 1, 1.03 right bottom horizontal maxrows 1 samplen 3 noenhanced font ",10"
if (text) {
	plot data index "bytes" using ($1 * unit):($4 / GiB) with points pointtype "f" notitle, \
	     data index "bytes" using ($1 * unit):($2 / GiB) with points pointtype "a" notitle, \
	     data index "bytes" using ($1 * unit):($3 > 0 ? $3 / GiB : NaN) with points pointtype "p" notitle
} else {
	plot data index "bytes" using ($1 * unit):($4 / GiB) with steps linecolor rgb colour[3] dashtype 2 linewidth 1.5 title "free", \
	     data index "bytes" using ($1 * unit):($2 / GiB) with steps linecolor rgb colour[1] linewidth 2 title "allocated", \
	     data index "bytes" using ($1 * unit):($3 / GiB) with fillsteps linecolor rgb colour[2] fillstyle pattern 4 notitle, \
	     data index "bytes" using ($1 * unit):($3 / GiB) with steps linecolor rgb colour[2] linewidth 2 title "pinned (place kept)"
}
set tmargin at screen 0.42
set bmargin at screen (text ? 0.1 : 0.2)
set format x "%g"
if (text) { set xlabel "time, ".unit_name }
set ylabel (text ? "" : "discards in flight")
if (!text) { unset xtics; set xtics format "" nomirror }
set yrange [0:most > 0 ? most * 1.1 : 1]
set ytics most < 8 ? 1 : ceil(most / 5.0)
set key off
plot data index "discards" using ($1 * unit):2 with steps linecolor rgb colour[4] linewidth 1.2 notitle
if (!text) {
	set tmargin at screen 0.17
	set bmargin at screen 0.13
	set yrange [0:1]
	unset ytics
	set border 1
	unset ylabel
	set label 1 sprintf("%d\ncommits", n_commits) right at graph 0, graph 0.5 offset -0.7, 0.4 font ",9"
	set xlabel "time since the mount, ".unit_name
	set xtics format "%g"
	plot data index "commits" using ($1 * unit):(0):($1 * unit):($2 * unit):(0):(1) with boxxyerror \
		linecolor rgb ink fillcolor rgb ink notitle
}
unset multiplot
