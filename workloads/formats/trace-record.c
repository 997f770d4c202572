/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records of a trace: their fields, the events that are known, and the
 * native line.
 */
#include "trace.h"

#include <string.h>

static const struct {
	const char *event;
	const char *needs[4]; /* an event without one of these numbers says nothing */
} known[] = {
	{ "btrfs_chunk_alloc", { "offset", "size" } },
	{ "btrfs_chunk_free", { "offset", "size" } },
	{ "btrfs_add_block_group", { "offset", "size", "flags" } },
	{ "btrfs_remove_block_group", { "bytenr", "len" } },
	{ "btrfs_add_unused_block_group", { "bytenr", "len" } },
	{ "btrfs_skip_unused_block_group", { "bytenr", "len" } },
	{ "btrfs_add_reclaim_block_group", { "bytenr", "len" } },
	{ "btrfs_reclaim_block_group", { "bytenr", "len" } },
	{ "btrfs_transaction_commit", { "gen" } },
	{ "btrfs_reserved_extent_alloc", { "start", "len" } },
	{ "btrfs_reserved_extent_free", { "start", "len" } },
	{ "btrfs_reserve_extent", { "block_group", "start", "len" } },
	{ "btrfs_reserve_extent_cluster", { "block_group", "start", "len" } },
	{ "find_free_extent", { "len" } },
	{ "btrfs_find_free_extent", { "len" } },
	{ "btrfs_flush_space", { "num_bytes" } },
	{ "btrfs_trigger_flush", { "bytes" } },
	{ "btrfs_reserve_ticket", { "bytes" } },
	{ "btrfs_sync_file", { "ino" } },
	{ "btrfs_sync_fs", { "wait" } },
	{ "update_bytes_pinned", { "old" } },
	{ "update_bytes_may_use", { "old" } },
	{ "block_rq_issue", { "sector", "nr" } },
	{ "block_rq_insert", { "sector", "nr" } },
	{ "block_rq_complete", { "sector", "nr" } },
	{ "block_rq_requeue", { "sector", "nr" } },
	{ "block_bio_queue", { "sector", "nr" } },
	{ "block_bio_complete", { "sector", "nr" } },
	{ "block_bio_backmerge", { "sector", "nr" } },
	{ "block_bio_frontmerge", { "sector", "nr" } },
	{ "block_bio_remap", { "sector", "nr" } },
	{ "block_getrq", { "sector", "nr" } },
	{ "sim:dev_extent_alloc", { "logical", "len", "flags", "phys" } },
	{ "sim:dev_extent_free", { "logical" } },
	{ "sim:chunk_alloc", { "flags" } },
	{ "sim:chunk_alloc_wait", { NULL } },
	{ "sim:bg_ro", { "logical" } },
	{ "sim:bg_removed", { "logical", "em_removed" } },
	{ "sim:unfreeze_pinned_release", { "logical" } },
	{ "sim:unfreeze_unpinned", { "logical" } },
	{ "sim:commit", { "transid" } },
	{ "sim:fitrim_begin", { NULL } },
	{ "sim:fitrim_end", { NULL } },
	{ "sim:trim_bg_begin", { "bg", "len" } },
	{ "sim:trim_bg_end", { "bg" } },
	{ "sim:trim_extent_begin", { "bg", "logical", "len" } },
	{ "sim:trim_extent_end", { "bg", "logical", "len" } },
	{ "sim:discard_begin", { "logical", "phys", "len" } },
	{ "sim:discard_end", { "logical", "phys", "len" } },
	{ "sim:trim_unalloc_begin", { NULL } },
	{ "sim:trim_unalloc_end", { NULL } },
	{ "sim:nb_discard_done", { "sector", "nr", "lat_us" } },
	{ "sim:RACE_write", { "sector", "nr", "discard_sector", "discard_nr" } },
	{ "wl:meta_create_begin", { NULL } },
	{ "wl:meta_delete_begin", { NULL } },
	{ "wl:meta_syncfs", { NULL } },
	{ "wl:data_falloc_begin", { "mb" } },
	{ "wl:data_falloc_end", { NULL } },
	{ "wl:data_deleted", { NULL } },
	{ "fio_add", { NULL } },
	{ "fio_open", { NULL } },
	{ "fio_close", { NULL } },
	{ "fio_read", { "offset", "length" } },
	{ "fio_write", { "offset", "length" } },
	{ "fio_trim", { "offset", "length" } },
	{ "fio_latency", { "length", "latency_ns" } },
	{ "fio_sync", { NULL } },
	{ "fio_datasync", { NULL } },
	{ "fio_sync_file_range", { NULL } },
};

/* The index of @event in known, or -1. */
static int find(const char *event)
{
	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		if (!strcmp(known[i].event, event))
			return (int)i;
	}
	return -1;
}

/* Start a record without fields; a longer name than there is room for is cut. */
void tsim_trace_record_init(struct tsim_trace_record *record, const char *event, gsize len)
{
	g_strlcpy(record->event, event, MIN(len + 1, sizeof(record->event)));
	record->n = 0;
}

static gboolean printable(const char *text)
{
	for (; *text; text++) {
		if (!g_ascii_isgraph(*text))
			return FALSE;
	}
	return TRUE;
}

static gboolean is_key(const char *key)
{
	gsize len = strlen(key);

	if (len == 0 || len >= sizeof(((struct tsim_trace_field *)0)->key) ||
	    g_ascii_isdigit(key[0]))
		return FALSE;
	return strspn(key, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_") == len;
}

/**
 * tsim_trace_add:
 * @value: kept by reference
 *
 * Returns: FALSE when such a field cannot be written: it has an odd key, no
 * value or a value with blanks or control characters, or there are too many.
 */
gboolean tsim_trace_add(struct tsim_trace_record *record, const char *key, const char *value)
{
	if (record->n == TSIM_TRACE_FIELDS || !is_key(key) || *value == '\0' || !printable(value))
		return FALSE;
	g_strlcpy(record->fields[record->n].key, key, sizeof(record->fields[0].key));
	record->fields[record->n++].value = value;
	return TRUE;
}

/* The value of @key, or NULL. */
const char *tsim_trace_text(const struct tsim_trace_record *record, const char *key)
{
	for (guint i = 0; i < record->n; i++) {
		if (!strcmp(record->fields[i].key, key))
			return record->fields[i].value;
	}
	return NULL;
}

/* The number that the value of @key begins with ("4(METADATA)" is 4); FALSE: there is none. */
gboolean tsim_trace_number(const struct tsim_trace_record *record, const char *key, guint64 *out)
{
	const char *text = tsim_trace_text(record, key);

	if (!text || !g_ascii_isdigit(*text))
		return FALSE;
	*out = g_ascii_strtoull(text, NULL, 10);
	return TRUE;
}

gboolean tsim_trace_known(const char *event)
{
	return find(event) >= 0;
}

/* EVENT, UNKNOWN, or DAMAGED when a number is not there that the event cannot do without. */
enum tsim_trace_line tsim_trace_check(const struct tsim_trace_record *record)
{
	int i = find(record->event);
	guint64 number;

	if (i < 0)
		return TSIM_LINE_UNKNOWN;
	for (guint k = 0; k < G_N_ELEMENTS(known[i].needs) && known[i].needs[k]; k++) {
		if (!tsim_trace_number(record, known[i].needs[k], &number))
			return TSIM_LINE_DAMAGED;
	}
	return TSIM_LINE_EVENT;
}

/* Append "t_ns event key=value ..." without a newline. */
void tsim_trace_format_line(const struct tsim_trace_record *record, GString *out)
{
	g_string_append_printf(out, "%" G_GINT64_FORMAT " %s", record->t_ns, record->event);
	for (guint i = 0; i < record->n; i++)
		g_string_append_printf(out, " %s=%s", record->fields[i].key,
				       record->fields[i].value);
}
