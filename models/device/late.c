/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Discards that are acknowledged before they take effect.
 *
 * Models: the rule of correct firmware: what is written after the
 *   acknowledgement stays; and its breach (firmware_bug).
 * Leaves out: a limit to what a device acknowledges without having done it.
 * Source: Jan Tulak, Nikolay Borisov, linux-fsdevel 2019-05 (drives that work
 *   on after returning success); drivers/ata/libata-core.c,
 *   ATA_HORKAGE_NO_NCQ_TRIM (drives that lose newer data).
 *
 * A late discard destroys what the media held when it was acknowledged, and
 * not what has been written since.
 */
#include "late.h"

struct tsim_late {
	guint64 seq; /* of the command */
	tsim_ns ack_ns, end_ns;
	struct tsim_range hull;
	struct tsim_interval_set spared; /* written since */
	gboolean bug;
	void *tag;
};

static void clear(gpointer data)
{
	tsim_interval_set_clear(&((struct tsim_late *)data)->spared);
}

/* Owned list of struct tsim_late. */
GArray *tsim_late_new(void)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct tsim_late));

	g_array_set_clear_func(list, clear);
	return list;
}

void tsim_late_add(struct tsim_device *dev, const struct tsim_command *cmd, struct tsim_range hull,
		   tsim_ns end_ns, gboolean bug)
{
	struct tsim_late late = { .seq = cmd->seq,
				  .ack_ns = cmd->complete_ns,
				  .end_ns = end_ns,
				  .hull = hull,
				  .bug = bug,
				  .tag = cmd->tag };

	g_array_append_val(dev->late, late);
	if (dev->listener.discard_late)
		dev->listener.discard_late(dev->listener.data, cmd);
}

/* Of a write and an acknowledgement at one instant the later submitted comes later. */
static gboolean is_after_ack(const struct tsim_command *write, tsim_ns t,
			     const struct tsim_late *late)
{
	return t > late->ack_ns || (t == late->ack_ns && write->seq > late->seq);
}

void tsim_late_written(struct tsim_device *dev, const struct tsim_command *write, tsim_ns t)
{
	for (guint i = 0; i < dev->late->len; i++) {
		struct tsim_late *late = &g_array_index(dev->late, struct tsim_late, i);

		if (!late->bug && tsim_range_overlaps(late->hull, write->range) &&
		    is_after_ack(write, t, late))
			tsim_interval_set_add(&late->spared, write->range);
	}
}

static const struct tsim_late *find(const struct tsim_device *dev, guint64 seq)
{
	for (guint i = 0; i < dev->late->len; i++) {
		const struct tsim_late *late = &g_array_index(dev->late, struct tsim_late, i);

		if (late->seq == seq)
			return late;
	}
	return NULL;
}

void tsim_late_effect(struct tsim_device *dev, const struct tsim_command *cmd,
		      struct tsim_range range, tsim_ns t,
		      void (*effect)(struct tsim_device *dev, const struct tsim_command *cmd,
				     struct tsim_range range, tsim_ns t))
{
	const struct tsim_interval_set *spared = &find(dev, cmd->seq)->spared;

	for (guint i = tsim_interval_set_find(spared, range.start);
	     i < spared->n && spared->ranges[i].start < range.end; i++) {
		if (spared->ranges[i].start > range.start)
			effect(dev, cmd, TSIM_RANGE(range.start, spared->ranges[i].start), t);
		range.start = MIN(spared->ranges[i].end, range.end);
	}
	if (range.start < range.end)
		effect(dev, cmd, range, t);
}

void tsim_late_expire(struct tsim_device *dev, tsim_ns until)
{
	for (guint i = 0; i < dev->late->len;) {
		const struct tsim_late *late = &g_array_index(dev->late, struct tsim_late, i);
		void *tag = late->tag;

		if (late->end_ns > until) {
			i++;
			continue;
		}
		g_array_remove_index_fast(dev->late, i);
		if (dev->listener.discard_over)
			dev->listener.discard_over(dev->listener.data, tag);
	}
}

tsim_ns tsim_device_backlog_end(const struct tsim_device *dev)
{
	tsim_ns end = 0;

	for (guint i = 0; i < dev->late->len; i++)
		end = MAX(end, g_array_index(dev->late, struct tsim_late, i).end_ns);
	return end;
}
