/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A writer's request for space, and what it waits for.
 *
 * Models: reserve, force a chunk, flush by committing when pinned extents
 *   could help, ENOSPC; the stall of each request by cause; false ENOSPC
 *   (it would have succeeded without pinned ranges); a wait that the end of the
 *   run cuts off counts as so long.
 * Leaves out: tickets and their order, delalloc flushing, over-commit.
 * Source: fs/btrfs/extent-tree.c: btrfs_check_data_free_space,
 *   reserve_metadata_bytes, may_commit_transaction, find_free_extent (3.18);
 *   traces A1 and A5 for the order of chunk allocations.
 */
#include "writer.h"

#include <string.h>

#include "error.h"
#include "units.h"

/**
 * tsim_enospc_rule_parse:
 * @text: "fail", "wait" or "retry(TIME)"
 */
gboolean tsim_enospc_rule_parse(const char *text, struct tsim_enospc_rule *out, GError **error)
{
	g_autofree char *time = NULL;

	*out = (struct tsim_enospc_rule){ TSIM_ENOSPC_FAIL, 0 };
	if (strcmp(text, "fail") == 0)
		return TRUE;
	if (strcmp(text, "wait") == 0) {
		out->mode = TSIM_ENOSPC_WAIT;
		return TRUE;
	}
	if (!g_str_has_prefix(text, "retry(") || !g_str_has_suffix(text, ")"))
		return tsim_throw(error,
				  "'%s' is not one of fail, wait, retry(TIME), e.g. retry(100ms)",
				  text);
	time = g_strndup(text + strlen("retry("), strlen(text) - strlen("retry()"));
	out->mode = TSIM_ENOSPC_RETRY;
	if (!tsim_parse_time(time, &out->delay_ns, error))
		return FALSE;
	if (out->delay_ns < 100 * TSIM_NS_PER_US)
		return tsim_throw(error, "'%s': the delay must be 100us or more", text);
	return TRUE;
}

/** tsim_alloc_begin() - a request for space; (transfer none): until tsim_alloc_end() */
struct tsim_alloc_request *tsim_alloc_begin(struct tsim_fs *fs)
{
	struct tsim_alloc_request *request = g_new0(struct tsim_alloc_request, 1);

	request->start_ns = tsim_now(fs->engine);
	g_ptr_array_add(fs->requests, request);
	return request;
}

static void book(struct tsim_fs *fs, const struct tsim_alloc_request *request)
{
	struct tsim_outcome *out = fs->out;
	tsim_ns stall = tsim_now(fs->engine) - request->start_ns;

	out->requests++;
	out->stalled += stall > 0;
	out->stall_ns += stall;
	for (guint i = 0; i < TSIM_N_STALL_CAUSES; i++)
		out->stall_by_cause_ns[i] += request->by_cause_ns[i];
	if (fs->dist)
		tsim_histogram_add(fs->dist->stall, stall);
}

/* The request is over, in success or failure: book its stall. */
void tsim_alloc_end(struct tsim_fs *fs, struct tsim_alloc_request *request)
{
	book(fs, request);
	g_ptr_array_remove_fast(fs->requests, request);
}

static void wait_begin(struct tsim_fs *fs, struct tsim_alloc_request *request,
		       enum tsim_stall_cause cause)
{
	request->waiting = TRUE;
	request->cause = cause;
	request->since_ns = tsim_now(fs->engine);
	request->queued_ns = fs->commit.device_wait_ns;
}

/* Of a wait for a commit, the device has what its writes spent queued there. */
static void wait_end(struct tsim_fs *fs, struct tsim_alloc_request *request)
{
	tsim_ns waited = tsim_now(fs->engine) - request->since_ns;
	tsim_ns device = 0;

	if (request->cause == TSIM_STALL_COMMIT)
		device = MIN(waited, fs->commit.device_wait_ns - request->queued_ns);
	request->by_cause_ns[TSIM_STALL_DEVICE] += device;
	request->by_cause_ns[request->cause] += waited - device;
	request->waiting = FALSE;
}

/**
 * tsim_alloc_finish() - the run is over, and with it every wait
 *
 * A wait that had not ended lasts at least so long.  Left out, the longest ones would be
 * missing, and a policy under which requests wait for ever would look like the fastest.
 */
void tsim_alloc_finish(struct tsim_fs *fs)
{
	for (guint i = 0; i < fs->requests->len; i++) {
		struct tsim_alloc_request *request = g_ptr_array_index(fs->requests, i);

		if (request->waiting)
			wait_end(fs, request);
		if (request->start_ns == tsim_now(fs->engine))
			continue; /* it has not waited */
		fs->out->waiting++;
		book(fs, request);
	}
	g_ptr_array_set_size(fs->requests, 0);
}

enum tsim_chunk_result tsim_alloc_chunk(struct tsim_fs *fs, enum tsim_bg_type type,
					enum tsim_chunk_force force,
					struct tsim_alloc_request *request)
{
	struct tsim_transaction *trans;
	struct tsim_chunk_request r;
	enum tsim_chunk_result result;

	wait_begin(fs, request, TSIM_STALL_COMMIT);
	trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);
	wait_end(fs, request);
	request->released = fs->space.n_released;
	wait_begin(fs, request, TSIM_STALL_CHUNK_MUTEX);
	result = tsim_chunk_alloc(&fs->space, type, force, &r);
	wait_end(fs, request);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
	return result;
}

static void count_enospc(struct tsim_fs *fs, gboolean is_false, struct tsim_alloc_request *request)
{
	if (request->counted_enospc)
		return;
	request->counted_enospc = TRUE;
	fs->out->enospc++;
	fs->out->false_enospc += is_false;
}

/* The rule's wait; `full` is cleared when something was released, else nobody would look again. */
static void wait_for_space(struct tsim_fs *fs, const struct tsim_enospc_rule *rule,
			   gboolean is_false, struct tsim_alloc_request *request)
{
	wait_begin(fs, request, is_false ? TSIM_STALL_PINNED : TSIM_STALL_ENOSPC);
	if (rule->mode == TSIM_ENOSPC_WAIT) {
		if (fs->space.n_released == request->released)
			tsim_cond_wait(&fs->space.released, TSIM_NS_NEVER);
		tsim_space_clear_full(&fs->space);
	} else {
		tsim_sleep(fs->engine, rule->delay_ns);
		if (is_false && fs->space.pinned_chunks->len == 0)
			request->cause =
				TSIM_STALL_FALSE_ENOSPC; /* nothing is pinned: only `full` sticks */
	}
	wait_end(fs, request);
}

/* may_commit_transaction(): once, and only if pinned extents could serve the request. */
static gboolean flush_by_commit(struct tsim_fs *fs, enum tsim_bg_type type, guint64 bytes,
				struct tsim_alloc_request *request)
{
	const struct tsim_transaction *trans = fs->commit.running;
	guint64 pinned = fs->space.info[type].pinned;

	for (guint i = 0; trans && i < trans->delayed_frees->len; i++) {
		const struct tsim_extent *extent =
			&g_array_index(trans->delayed_frees, struct tsim_extent, i);

		if (extent->bg->type == type)
			pinned += tsim_range_len(extent->range);
	}
	if (request->flushed || (pinned < bytes && !(trans && trans->have_free_bgs)))
		return FALSE;
	request->flushed = TRUE;
	fs->out->extra_commits++;
	wait_begin(fs, request, TSIM_STALL_COMMIT);
	tsim_commit_now(fs);
	wait_end(fs, request);
	return TRUE;
}

/**
 * tsim_alloc_again:
 * @is_false: it would have succeeded without pinned ranges
 *
 * Returns: TRUE when the caller should try once more.
 */
gboolean tsim_alloc_again(struct tsim_fs *fs, enum tsim_bg_type type, guint64 bytes,
			  gboolean is_false, const struct tsim_enospc_rule *rule,
			  struct tsim_alloc_request *request)
{
	if (flush_by_commit(fs, type, bytes, request))
		return TRUE;
	count_enospc(fs, is_false, request);
	if (rule->mode == TSIM_ENOSPC_FAIL)
		return FALSE;
	wait_for_space(fs, rule, is_false, request);
	return TRUE;
}

static void give_back(struct tsim_fs *fs, GArray *extents, guint from)
{
	for (guint i = from; i < extents->len; i++) {
		struct tsim_extent *e = &g_array_index(extents, struct tsim_extent, i);

		/* a balance may have moved it during a wait */
		if (tsim_extent_live(e))
			tsim_extent_put_back(fs, e);
	}
	g_array_set_size(extents, from);
}

/*
 * One extent: of @want bytes contiguous, by a new chunk if need be, else the
 * longest half that fits.
 */
static gboolean take_one(struct tsim_fs *fs, enum tsim_bg_type type, guint64 want,
			 struct tsim_extent *out, gboolean *is_false,
			 struct tsim_alloc_request *request)
{
	enum tsim_chunk_result result;

	if (tsim_extent_take(fs, type, want, want, out))
		return TRUE;
	do {
		/*
		 * find_free_extent() comes to LOOP_ALLOC_CHUNK once: the new chunk may be too
		 * small as well
		 */
		result = tsim_alloc_chunk(fs, type, TSIM_CHUNK_FORCE, request);
		*is_false = result == TSIM_CHUNK_FALSE_ENOSPC;
		for (guint64 min = want; min >= TSIM_SECTOR; min /= 2) {
			if (tsim_extent_take(fs, type, want, min / TSIM_SECTOR * TSIM_SECTOR, out))
				return TRUE;
		}
	} while (result == TSIM_CHUNK_MADE); /* somebody else was faster */
	return FALSE;
}

static gboolean reserve(struct tsim_fs *fs, enum tsim_bg_type type, guint64 bytes,
			gboolean *is_false, struct tsim_alloc_request *request)
{
	if (type != TSIM_DATA) /* at 80 % already */
		tsim_alloc_chunk(fs, type, TSIM_CHUNK_NO_FORCE, request);
	while (tsim_space_free_bytes(&fs->space, type) < bytes) {
		enum tsim_chunk_result result =
			tsim_alloc_chunk(fs, type, TSIM_CHUNK_FORCE, request);

		*is_false = result == TSIM_CHUNK_FALSE_ENOSPC;
		if (result != TSIM_CHUNK_MADE)
			return FALSE;
	}
	return TRUE;
}

static gboolean try_alloc(struct tsim_fs *fs, enum tsim_bg_type type, guint64 bytes,
			  guint64 max_extent, GArray *extents, gboolean *is_false,
			  struct tsim_alloc_request *request)
{
	guint from = extents->len;

	*is_false = FALSE;
	if (!reserve(fs, type, bytes, is_false, request))
		return FALSE;
	while (bytes > 0) {
		struct tsim_extent extent;

		if (!take_one(fs, type, MIN(bytes, max_extent), &extent, is_false, request)) {
			give_back(fs, extents, from);
			return FALSE;
		}
		g_array_append_val(extents, extent);
		bytes -= tsim_range_len(extent.range);
	}
	return TRUE;
}

gboolean tsim_alloc_extents(struct tsim_fs *fs, enum tsim_bg_type type, guint64 bytes,
			    guint64 max_extent, const struct tsim_enospc_rule *rule,
			    GArray *extents)
{
	struct tsim_alloc_request *request = tsim_alloc_begin(fs);
	gboolean ok, is_false;

	do {
		ok = try_alloc(fs, type, bytes, max_extent, extents, &is_false, request);
	} while (!ok && tsim_alloc_again(fs, type, bytes, is_false, rule, request));
	tsim_alloc_end(fs, request);
	return ok;
}
