# SPDX-License-Identifier: GPL-3.0-or-later
# Ticks at the values of a variable.  Before: lib/points.gp, v (the variable)
# and axis, "x" or "y".  After: the axis with its name; low_edge, high_edge.
if (is_log(v)) { eval "set logscale ".axis }
eval "set ".axis."tics () noenhanced"
last_tick = -1e99
n_last = n_values[v]
# As many as have room, from either end.
room = (axis eq "x" ? 10 : 14)
every_tick = ceil(n_last / (1.0 * room))
do for [j = 1:n_last] {
	if ((j - 1) % every_tick == 0) {
		eval sprintf("set %stics add (\"%s\" %.12g)", axis, text_of(v, j), V(v, j))
	}
}
eval sprintf("set %slabel \"%s\" noenhanced", axis, axis_of(v))
# The outer values are as far from the edge as from the middle to their neighbours.
step(a, b, log) = log ? sqrt(1.0 * b / a) : (b - a) / 2.0
low_edge = is_log(v) ? V(v, 1) / step(V(v, 1), V(v, 2), 1) : V(v, 1) - step(V(v, 1), V(v, 2), 0)
high_edge = is_log(v) ? V(v, n_last) * step(V(v, n_last - 1), V(v, n_last), 1) : \
	V(v, n_last) + step(V(v, n_last - 1), V(v, n_last), 0)
