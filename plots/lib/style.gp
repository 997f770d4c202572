# SPDX-License-Identifier: GPL-3.0-or-later
# The look of every figure.  Colours of Okabe and Ito, told apart by readers
# with any kind of colour vision; shapes and dashes differ too.
array colour[8] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999"]
ink = "#333333"
do for [i = 1:8] {
	set linetype i linecolor rgb colour[i] linewidth 2 pointtype (i == 1 ? 7 : 2 * i + 1) pointsize 1.2
}
set border 3 linecolor rgb ink
set tics nomirror out textcolor rgb "black"
set grid ytics linecolor rgb "#dddddd" linewidth 1 linetype 1
set style fill solid noborder
dot = 7
triangle = 10
arrival = 9
cross = 2
if (term eq "dumb") {
	unset grid	# it would be drawn with stars
	dot = "o"	# and a shape is a letter of the alphabet
	triangle = "v"
	arrival = "^"
	cross = "X"
}
set encoding utf8
set datafile missing "nan"

# Names of policies and experiments are text, not formulas.
set termoption noenhanced

# Ticks at powers of ten, which need enhanced text but in the terminal dumb.
powers = term eq "dumb" ? "1e%T" : "10^{%T}"

# "1.5 ms" for a tick of @s seconds.
duration(s) = s == 0 ? "0" : \
	s < 0.9999e-6 ? sprintf("%g ns", s * 1e9) : \
	s < 0.9999e-3 ? sprintf("%g µs", s * 1e6) : \
	s < 0.9999 ? sprintf("%g ms", s * 1e3) : \
	s < 119.9 ? sprintf("%g s", s) : \
	s < 7199 ? sprintf("%g min", s / 60) : sprintf("%g h", s / 3600)

# "64 KiB" for @b bytes.
size_text(b) = b < 1024 ? sprintf("%g B", b) : \
	b < 1048576 ? sprintf("%g KiB", b / 1024) : \
	b < 1073741824.0 ? sprintf("%.4g MiB", b / 1048576) : \
	b < 1099511627776.0 ? sprintf("%.4g GiB", b / 1073741824.0) : sprintf("%.4g TiB", b / 1099511627776.0)
