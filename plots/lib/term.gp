# SPDX-License-Identifier: GPL-3.0-or-later
# The terminal and the output: variables term (png, svg, pdf, dumb) and output
# (a file, or "-" for standard output).
if (term eq "png") {
	set terminal pngcairo size 800,500 font "DejaVu Sans,11" background "white"
} else { if (term eq "svg") {
	set terminal svg size 800,500 font "DejaVu Sans,14" background "white"
} else { if (term eq "pdf") {
	set terminal pdfcairo size 8in,5in font "DejaVu Sans,11" background "white"
} else { if (term eq "dumb") {
	set terminal dumb 78,30 mono noenhanced
} else {
	print "unknown terminal ".term.", one of png, svg, pdf, dumb"
	exit status 1
}}}}
if (output ne "-") {
	set output output
}
