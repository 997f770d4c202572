/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of workloads. */
#include "workloads.h"

#include <string.h>

const struct tsim_workload_ops *const tsim_workloads[] = {
	&tsim_workload_generic_038, &tsim_workload_churn,  &tsim_workload_kernel_churn,
	&tsim_workload_probe,	    &tsim_workload_replay, &tsim_workload_requests,
	NULL,
};

/**
 * tsim_workload_find:
 * Returns: (nullable): the workload of that name.
 */
const struct tsim_workload_ops *tsim_workload_find(const char *name)
{
	for (guint i = 0; tsim_workloads[i]; i++) {
		if (strcmp(tsim_workloads[i]->name, name) == 0)
			return tsim_workloads[i];
	}
	return NULL;
}

void tsim_workload_init(struct tsim_workload *w, const struct tsim_workload_ops *ops,
			const void *config, struct tsim_fs *fs)
{
	*w = (struct tsim_workload){ .ops = ops, .config = config, .fs = fs };
	if (ops->state_size > 0)
		w->state = g_malloc0(ops->state_size);
}

gboolean tsim_workload_scripted(const struct tsim_workload *w)
{
	return w->ops->scripted && w->ops->scripted(w->config);
}

void tsim_workload_clear(struct tsim_workload *w)
{
	if (w->ops->clear)
		w->ops->clear(w);
	g_clear_pointer(&w->state, g_free);
}
