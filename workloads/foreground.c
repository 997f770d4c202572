/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What users did to a recorded file system, without what the kernel made of it.
 *
 * Models: by the workload's own marks: rounds of small files, fallocates,
 *   truncates, syncfs; by process: FITRIM passes, balance calls (block groups
 *   that btrfs-progs set read-only), commits of a process without marks
 *   (syncfs); processes of a shell loop are one user.  Where no round of files
 *   is marked as deleted: growth of the metadata, by what its groups used.
 * Leaves out: a syncfs that found nothing to commit, and leaves no line; the
 *   filters of a balance; data of files without marks.
 * Source: traces A1, A2, A5, k, m1, m2 of a real btrfs.
 */
#include "foreground.h"

#define METADATA 4
#define NODESIZE G_GUINT64_CONSTANT(16384)

/* A metadata group, as far as it is known. */
struct group {
	guint64 logical, used;
	gboolean moving, removed;
};

struct derivation {
	TsimForeground *out;
	guint64 balance_task, balance_flags; /* of the call under way; of all */
	GArray *groups; /* (element-type struct group) of metadata, in order of creation */
	GArray *tree; /* (element-type struct tsim_operation) */
	guint64 tree_bytes;
	gboolean tree_known, rounds;
};

static struct tsim_user *user_at(const struct derivation *d, guint i)
{
	return &g_array_index(d->out->users, struct tsim_user, i);
}

/* Whoever did the operations of that kind; a balance loop is a process a call. */
static struct tsim_user *find_user(struct derivation *d, enum tsim_user_kind kind, guint64 task)
{
	struct tsim_user user = { .kind = kind, .task = task };

	for (guint i = 0; i < d->out->users->len; i++) {
		if (user_at(d, i)->kind == kind &&
		    (user_at(d, i)->task == task || kind == TSIM_USER_BALANCE))
			return user_at(d, i);
	}
	user.syncs = task == 0;
	user.operations = g_array_new(FALSE, FALSE, sizeof(struct tsim_operation));
	g_array_append_val(d->out->users, user);
	return user_at(d, d->out->users->len - 1);
}

static struct tsim_operation *last_operation(const struct tsim_user *user)
{
	guint n = user->operations->len;

	return n ? &g_array_index(user->operations, struct tsim_operation, n - 1) : NULL;
}

static void add(struct derivation *d, enum tsim_user_kind user, enum tsim_operation_kind kind,
		const struct tsim_trace_event *e)
{
	struct tsim_operation op = {
		.kind = kind, .begin_ns = e->t_ns, .end_ns = e->t_ns, .bytes = e->len
	};

	g_array_append_val(find_user(d, user, e->task)->operations, op);
}

/*
 * An operation lasts to the last event of its process before the next one.
 * Without processes only a trim says when it is over.
 */
static void extend(struct derivation *d, const struct tsim_trace_event *e)
{
	if (e->task == 0 && e->kind != TSIM_TRACE_FITRIM_END)
		return;
	for (guint i = 0; i < d->out->users->len; i++) {
		struct tsim_user *user = user_at(d, i);
		struct tsim_operation *op = last_operation(user);

		if (op && user->task == e->task && (e->task || user->kind == TSIM_USER_TRIM))
			op->end_ns = e->t_ns;
	}
}

/* Files are created until they are deleted. */
static void delete_files(struct derivation *d, const struct tsim_trace_event *e)
{
	struct tsim_operation *op = last_operation(find_user(d, TSIM_USER_FILES, e->task));

	if (!op || op->kind != TSIM_OP_CREATE)
		return;
	op->end_ns = e->t_ns;
	d->rounds = TRUE;
	add(d, TSIM_USER_FILES, TSIM_OP_DELETE, e);
}

/* A commit of a user's; of one with marks it belongs to what is marked. */
static void commit(struct derivation *d, const struct tsim_trace_event *e)
{
	struct tsim_user *user;
	struct tsim_operation *op;

	if (e->process != TSIM_PROCESS_USER)
		return;
	user = find_user(d, TSIM_USER_SYNC, e->task);
	op = last_operation(user);
	if (op && op->bytes == e->transid)
		return; /* its COMMIT_START was there */
	add(d, TSIM_USER_SYNC, TSIM_OP_SYNC, e);
	last_operation(user)->bytes = e->transid;
}

/* All that one btrfs process does is one call. */
static void balance(struct derivation *d, const struct tsim_trace_event *e)
{
	struct tsim_user *user;

	if (e->process != TSIM_PROCESS_BTRFS)
		return;
	user = find_user(d, TSIM_USER_BALANCE, e->task);
	if (!last_operation(user) || d->balance_task != e->task)
		add(d, TSIM_USER_BALANCE, TSIM_OP_BALANCE, e);
	d->balance_task = user->task = e->task;
	last_operation(user)->end_ns = e->t_ns;
	if (e->kind == TSIM_TRACE_BG_RO) {
		last_operation(user)->flags |= e->flags;
		d->balance_flags |= e->flags;
	}
}

static void operation(struct derivation *d, const struct tsim_trace_event *e)
{
	switch (e->kind) {
	case TSIM_TRACE_CREATE:
		add(d, TSIM_USER_FILES, TSIM_OP_CREATE, e);
		break;
	case TSIM_TRACE_DELETE:
		delete_files(d, e);
		break;
	case TSIM_TRACE_SYNCFS:
		add(d, TSIM_USER_FILES, TSIM_OP_SYNC, e);
		break;
	case TSIM_TRACE_FALLOC:
		add(d, TSIM_USER_DATA, TSIM_OP_FALLOCATE, e);
		break;
	case TSIM_TRACE_TRUNCATE:
		add(d, TSIM_USER_DATA, TSIM_OP_TRUNCATE, e);
		break;
	case TSIM_TRACE_FITRIM:
		add(d, TSIM_USER_TRIM, TSIM_OP_TRIM, e);
		break;
	case TSIM_TRACE_COMMIT_START:
	case TSIM_TRACE_UNBLOCKED:
		commit(d, e);
		extend(d, e);
		break;
	default:
		extend(d, e);
	}
	balance(d, e);
}

/* ---- growth of the metadata ---- */

static struct group *find_group(struct derivation *d, guint64 logical)
{
	for (guint i = d->groups->len; i > 0; i--) {
		struct group *g = &g_array_index(d->groups, struct group, i - 1);

		if (g->logical == logical && !g->removed)
			return g;
	}
	g_array_append_val(d->groups, ((struct group){ .logical = logical }));
	return &g_array_index(d->groups, struct group, d->groups->len - 1);
}

/* While one group is moved into another nobody can tell what both use together. */
static gboolean any_moving(const struct derivation *d)
{
	for (guint i = 0; i < d->groups->len; i++) {
		const struct group *g = &g_array_index(d->groups, struct group, i);

		if (g->moving && !g->removed)
			return TRUE;
	}
	return FALSE;
}

static guint64 sum_used(const struct derivation *d)
{
	guint64 used = 0;

	for (guint i = 0; i < d->groups->len; i++) {
		const struct group *g = &g_array_index(d->groups, struct group, i);

		used += g->removed ? 0 : g->used;
	}
	return used;
}

static void observe(struct derivation *d, struct group *g, const struct tsim_trace_event *e)
{
	struct tsim_operation op = { .begin_ns = e->t_ns, .end_ns = e->t_ns };
	guint64 used;

	if (any_moving(d))
		return;
	g->used = e->used;
	used = sum_used(d);
	op.kind = used > d->tree_bytes ? TSIM_OP_GROW : TSIM_OP_SHRINK;
	op.bytes = (used > d->tree_bytes ? used - d->tree_bytes : d->tree_bytes - used) / NODESIZE *
		   NODESIZE;
	if (d->tree_known && op.bytes > 0)
		g_array_append_val(d->tree, op);
	d->tree_known = TRUE;
	d->tree_bytes = used;
}

/* One group is moved at a time: of another before it the move was given up. */
static void begin_move(struct derivation *d, struct group *g, const struct tsim_trace_event *e)
{
	for (guint i = 0; i < d->groups->len; i++)
		g_array_index(d->groups, struct group, i).moving = FALSE;
	observe(d, g, e);
	g->moving = TRUE;
}

/* A group's contents are in the newest one when it is removed. */
static void move_contents(struct derivation *d, struct group *from)
{
	guint64 used = from->used;

	from->removed = TRUE;
	for (guint i = d->groups->len; i > 0; i--) {
		struct group *to = &g_array_index(d->groups, struct group, i - 1);

		if (to->removed)
			continue;
		to->used += used;
		return;
	}
}

static void metadata(struct derivation *d, const struct tsim_trace_event *e)
{
	if (e->flags != METADATA)
		return;
	if (e->kind == TSIM_TRACE_CHUNK_ALLOC) {
		find_group(d, e->logical);
	} else if (e->kind == TSIM_TRACE_TRIM_GROUP) {
		observe(d, find_group(d, e->logical), e);
	} else if (e->kind == TSIM_TRACE_BG_RO) {
		begin_move(d, find_group(d, e->logical), e);
	} else if (e->kind == TSIM_TRACE_REMOVED) {
		move_contents(d, find_group(d, e->logical));
	}
}

/* ---- what belongs to whom ---- */

static gboolean has_marks(struct derivation *d, guint64 task)
{
	gboolean found = FALSE;

	for (guint i = 0; i < d->out->users->len; i++) {
		struct tsim_user *user = user_at(d, i);

		if (user->task != task || user->kind == TSIM_USER_SYNC ||
		    user->kind == TSIM_USER_BALANCE)
			continue;
		user->syncs = TRUE;
		found = TRUE;
	}
	return found;
}

static void drop_user(struct derivation *d, guint i)
{
	g_array_unref(user_at(d, i)->operations);
	g_array_remove_index(d->out->users, i);
}

/* A round that is never deleted has no length. */
static void drop_open_rounds(struct tsim_user *user)
{
	for (guint i = user->operations->len; i > 0; i--) {
		GArray *ops = user->operations;
		enum tsim_operation_kind kind =
			g_array_index(ops, struct tsim_operation, i - 1).kind;

		if (kind == TSIM_OP_CREATE &&
		    (i == ops->len ||
		     g_array_index(ops, struct tsim_operation, i).kind != TSIM_OP_DELETE))
			g_array_remove_index(ops, i - 1);
	}
}

/* A call that found nothing to move did what the others did. */
static void complete_balances(struct derivation *d, struct tsim_user *user)
{
	for (guint i = 0; i < user->operations->len; i++) {
		struct tsim_operation *op =
			&g_array_index(user->operations, struct tsim_operation, i);

		if (!op->flags)
			op->flags = d->balance_flags;
	}
}

/* Of users who come one after the other, with one operation each, the first gets them all. */
static void merge_loop(struct derivation *d, enum tsim_user_kind kind)
{
	guint n_loops = 0;
	g_autofree guint *loops = g_new(guint, d->out->users->len);

	for (guint i = 0; i < d->out->users->len; i++) {
		const struct tsim_operation *op = last_operation(user_at(d, i));
		guint k = 0;

		if (user_at(d, i)->kind != kind || user_at(d, i)->operations->len != 1)
			continue;
		while (k < n_loops && last_operation(user_at(d, loops[k]))->end_ns > op->begin_ns)
			k++;
		if (k == n_loops) {
			loops[n_loops++] = i;
			continue;
		}
		g_array_append_vals(user_at(d, loops[k])->operations, op, 1);
		drop_user(d, i--);
	}
}

static void finish(struct derivation *d)
{
	for (guint i = d->out->users->len; i > 0; i--) {
		struct tsim_user *user = user_at(d, i - 1);
		gboolean keep = TRUE;

		if (user->kind == TSIM_USER_SYNC)
			keep = !has_marks(d, user->task);
		else if (user->kind == TSIM_USER_BALANCE)
			keep = d->balance_flags != 0;
		else if (user->kind == TSIM_USER_FILES)
			drop_open_rounds(user);
		if (user->kind == TSIM_USER_BALANCE)
			complete_balances(d, user);
		if (!keep || user->operations->len == 0)
			drop_user(d, i - 1);
	}
	merge_loop(d, TSIM_USER_TRIM);
	merge_loop(d, TSIM_USER_SYNC);
	if (!d->rounds && d->tree->len > 0) {
		struct tsim_user user = { .kind = TSIM_USER_TREE,
					  .operations = g_array_ref(d->tree) };

		g_array_append_val(d->out->users, user);
	}
	for (guint i = 0; i < d->out->users->len; i++) {
		if (user_at(d, i)->kind != TSIM_USER_TRIM)
			d->out->end_ns = MAX(d->out->end_ns, last_operation(user_at(d, i))->end_ns);
	}
}

/**
 * tsim_foreground_new:
 * @events: (element-type struct tsim_trace_event)
 *
 * Returns: (transfer full): the operations of each user; there may be none.
 */
TsimForeground *tsim_foreground_new(const GArray *events)
{
	TsimForeground *out = g_new0(TsimForeground, 1);
	g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(struct group));
	g_autoptr(GArray) tree = g_array_new(FALSE, FALSE, sizeof(struct tsim_operation));
	struct derivation d = { .out = out, .groups = groups, .tree = tree };

	out->users = g_array_new(FALSE, FALSE, sizeof(struct tsim_user));
	for (guint i = 0; i < events->len; i++) {
		const struct tsim_trace_event *e =
			&g_array_index(events, struct tsim_trace_event, i);

		operation(&d, e);
		metadata(&d, e);
	}
	finish(&d);
	if (out->end_ns == 0) /* all they did was to trim */
		out->end_ns = g_array_index(events, struct tsim_trace_event, events->len - 1).t_ns;
	return out;
}

void tsim_foreground_free(TsimForeground *foreground)
{
	for (guint i = 0; i < foreground->users->len; i++)
		g_array_unref(g_array_index(foreground->users, struct tsim_user, i).operations);
	g_array_unref(foreground->users);
	g_free(foreground);
}
