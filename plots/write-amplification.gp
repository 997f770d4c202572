# SPDX-License-Identifier: GPL-3.0-or-later
# Write amplification against utilisation, measured and by the closed forms:
#   gnuplot -c plots/write-amplification.gp DATA [png|svg|pdf|dumb] [OUTPUT] [TITLE]
# DATA is validation.tsv of `trimsim validate wa -o DIR`.  Rows with discards
# stand at the utilisation that is left of theirs: u (1 - 2q) / (1 - q).
here = ARG0[1:strlen(ARG0) - 22]	# less "write-amplification.gp"
data = ARG1
term = ARGC >= 2 ? ARG2 : "png"
output = ARGC >= 3 ? ARG3 : "write-amplification.".term
set datafile separator tab
stats data using 1 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
rows = 0
stats data using (rows = rows + (substr(strcol(2), 1, 3) eq "wa-"), 0) nooutput
if (rows == 0) {
	print "no row of it is about write amplification"
	exit status 3
}
load here."lib/term.gp"
load here."lib/style.gp"

set datafile missing NaN	# a row of another case is no gap
heading = "write amplification of random writes"
if (ARGC >= 4) { heading = ARG4 }
set title noenhanced heading."\nlines through the closed forms, points measured"
set xlabel "share of the flash that holds data"
set ylabel "pages written to flash / by the host"
set xrange [0.45:0.95]
set yrange [1:*]
set key top left

p(k) = substr(strcol(2), 1, 3) eq "wa-" && words(strcol(10)) >= k ? word(strcol(10), k) + 0 : NaN
in_use(q) = (1 - 2 * q) / (1 - q)
greedy(b) = strcol(2) eq "wa-greedy" && p(2) == b
fifo(x) = strcol(2) eq "wa-fifo" ? x : NaN
discards(x) = strcol(2) eq "wa-trim" || strcol(2) eq "wa-trim-fifo" ? x : NaN

plot data using (fifo(p(1))):($4) smooth mcsplines with lines linecolor rgb colour[1] linewidth 1.5 title "FIFO", \
     for [i = 1:3] data using (greedy(4 ** (i + 1)) ? p(1) : NaN):($4) smooth mcsplines with lines linecolor rgb colour[i + 1] linewidth 1.5 title sprintf("greedy, blocks of %d pages", 4 ** (i + 1)), \
     data using (fifo(p(1))):($4 * $5) with points linecolor rgb colour[1] pointtype 7 pointsize 0.7 notitle, \
     for [i = 1:3] data using (greedy(4 ** (i + 1)) ? p(1) : NaN):($4 * $5) with points linecolor rgb colour[i + 1] pointtype int(word("5 9 13", i)) pointsize 0.8 notitle, \
     data using (discards(p(1) * in_use(p(2)))):($4 * $5) with points linecolor rgb ink pointtype 6 pointsize 1.2 title "with 5 to 30 % of discards"
