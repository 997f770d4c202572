# SPDX-License-Identifier: GPL-3.0-or-later
# How far hidden free-space entries came while their discard was outstanding.
# gnuplot -c funnel.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: data/funnel.tsv of a result
if (ARGC < 1) {
	print "usage: gnuplot -c funnel.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
place = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? "" : ARG1."/"
data = place eq "" ? ARG1 : place."data/funnel.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "funnel.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
load here."lib/blocks.gp"
if (blocks > 12) {
	print sprintf("there would be %d groups of bars", blocks)
	exit status 3
}
lowest = 1
hidden = 0
stats data using ($3 == $3 ? (hidden = $2 > hidden ? $2 : hidden, lowest = $2 > 0 && $4 < lowest ? $4 : lowest, \
	lowest = $2 == 0 && $5 < lowest ? $5 : lowest, 0) : 0) nooutput
if (hidden <= 0) {
	print "nothing was hidden: no fstrim ran"
	exit status 3
}
load here."lib/term.gp"
load here."lib/style.gp"
set logscale y
bottom = 10 ** floor(log10(lowest * 0.9))
set yrange [bottom:1.6]
set format y powers
if (term ne "dumb") { set termoption enhanced }
set xrange [-0.6:5.6]
set xtics ("hidden" 0, "removed" 1, "committed" 2, "reused" 3, "written" 4, "destroyed" 5)
if (term ne "dumb") { set ylabel "share of the hidden entries" }
set title noenhanced heading.(term eq "dumb" ? "\nshare of the hidden entries; v: none, upper limit" : \
	"\nbars: 95 % interval, entries taken for independent; ▽ none: upper limit")
set key below horizontal height (term eq "dumb" ? 0 : 1) samplen 2 noenhanced
if (blocks > 4 && term ne "dumb") { set key font ",8" spacing 0.9 width -6 }
wide = 0.8 / blocks
at(i) = (i - 1 - (blocks - 1) / 2.0) * wide
some(k, y) = k > 0 ? y : NaN
none(k, y) = k > 0 ? NaN : y
tint(i) = (i - 1) % 8 + 1
shape(i) = "ABCDEFGHIJKL"[i:i]
if (term eq "dumb") {
	plot for [i = 1:blocks] data index i - 1 using ($0 + at(i)):(some($2, $3)) every ::1 with points \
		pointtype shape(i) title block_name[i], \
	     for [i = 1:blocks] data index i - 1 using ($0 + at(i)):(none($2, $5)) every ::1 with points \
		pointtype "v" notitle
} else {
	# Hatched, so that bars differ without colours too; a colour comes again in another way.
	filling(i) = i == 1 ? 3 : i < 9 ? (i + 2) % 8 : word("1 5 6 7", i - 8) + 0
	plot for [i = 1:blocks] data index i - 1 using ($0 + at(i)):(some($2, bottom)):(at(i) + $0 - wide * 0.45):(at(i) + $0 + wide * 0.45):(bottom):(some($2, $3)) \
		every ::1 with boxxyerror linecolor rgb colour[tint(i)] fillcolor rgb colour[tint(i)] \
		fillstyle pattern filling(i) border linecolor rgb colour[tint(i)] title block_name[i], \
	     for [i = 1:blocks] data index i - 1 using ($0 + at(i)):(some($2, $4)):(0):($5 - $4) every ::1 with vectors \
		heads size screen 0.005,90 linecolor rgb "black" linewidth 1.5 notitle, \
	     for [i = 1:blocks] data index i - 1 using ($0 + at(i)):(none($2, $5)) every ::1 with points \
		linecolor rgb colour[tint(i)] pointtype triangle pointsize 1.8 linewidth 1.5 notitle
}
