/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shapes of what `trimsim validate` compares: the device's queues and its flash. */
#include "validate-cases.h"

#include <math.h>

/* ---- queues ---- */

/*
 * A replication is a warm-up of five times the time @t in which the queue
 * forgets how it began, and fifty of them after it.  What is left of the empty
 * start, e^-5 of the mean for a fiftieth of the time, is a hundredth of what
 * can be seen with 250 replications.
 */
static void set_times(GPtrArray *sets, double t)
{
	double warmup = ceil(5 * t);

	tsim_validate_set(sets, "workload.warmup=%.0fs", warmup);
	tsim_validate_set(sets, "workload.duration=%.0fs", 11 * warmup);
}

/*
 * A queue near its limit relaxes as a Brownian motion with reflection does, in
 * 2 lambda E[S^2] / (1 - rho)^2, and never faster than in a few services.
 */
static double relaxation(double lambda, double mean, double mean_square, double servers)
{
	double rho = lambda * mean / servers;

	return fmax(2 * lambda * mean_square / (servers * servers * (1 - rho) * (1 - rho)),
		    3 * mean);
}

static double rate_of(const struct tsim_validate_row *row, double servers)
{
	return row->v[0] * servers / tsim_form_moment(row->d, 1);
}

/* v: rho, servers */
static void set_open(const struct tsim_validate_row *row, GPtrArray *sets, double servers)
{
	double lambda = rate_of(row, servers);

	tsim_validate_set_law(sets, "device.read.latency", row->d);
	tsim_validate_set(sets, "device.slots=%.0f", servers);
	tsim_validate_set(sets, "workload.open_rate=%.12g/s", lambda);
	set_times(sets, relaxation(lambda, tsim_form_moment(row->d, 1), tsim_form_moment(row->d, 2),
				   servers));
}

static void set_mg1(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_open(row, sets, 1);
}

static double form_mg1(const struct tsim_validate_row *row)
{
	return tsim_form_mg1_wait(rate_of(row, 1), tsim_form_moment(row->d, 1),
				  tsim_form_moment(row->d, 2));
}

static double form_busy(const struct tsim_validate_row *row)
{
	return row->v[0];
}

const struct tsim_validate_case tsim_case_mg1 = {
	.name = "mg1",
	.file = "queue",
	.parameters = "S rho",
	.formula = "one server: mean wait, by Pollaczek and Khinchine; busy share",
	.policy = "unpinned",
	.cost = 400,
	.set = set_mg1,
	.quantities[0] = { "Wq", TSIM_MEASURE_READ_WAIT, .form = form_mg1 },
	.quantities[1] = { "busy", TSIM_MEASURE_BUSY, .form = form_busy },
};

static void set_mgc(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_open(row, sets, row->v[1]);
}

static double form_mgc(const struct tsim_validate_row *row)
{
	unsigned int c = (unsigned int)row->v[1];
	double mean = tsim_form_moment(row->d, 1);

	if (row->d.kind == TSIM_FORM_FIXED)
		return tsim_form_mdc_wait(rate_of(row, c), mean, c);
	return tsim_form_mmc_wait(rate_of(row, c), 1 / mean, c);
}

/* Little's law, for what is measured as an integral over time. */
static double form_mgc_depth(const struct tsim_validate_row *row)
{
	unsigned int c = (unsigned int)row->v[1];

	return rate_of(row, c) * (form_mgc(row) + tsim_form_moment(row->d, 1));
}

const struct tsim_validate_case tsim_case_mgc = {
	.name = "mgc",
	.file = "queue",
	.parameters = "S rho c",
	.formula = "c servers: mean wait, by Erlang (exp) and Crommelin (fixed); queue depth",
	.policy = "unpinned",
	.cost = 400,
	.set = set_mgc,
	.quantities[0] = { "Wq", TSIM_MEASURE_READ_WAIT, .form = form_mgc },
	.quantities[1] = { "L", TSIM_MEASURE_DEPTH, .form = form_mgc_depth },
};

/* v: rate of reads, rate of discards, whose law is the gap */
static void set_priority(const struct tsim_validate_row *row, GPtrArray *sets)
{
	double lambda = row->v[0] + row->v[1];
	double mean =
		row->v[0] * tsim_form_moment(row->d, 1) + row->v[1] * tsim_form_moment(row->gap, 1);
	double square =
		row->v[0] * tsim_form_moment(row->d, 2) + row->v[1] * tsim_form_moment(row->gap, 2);

	tsim_validate_set_law(sets, "device.read.latency", row->d);
	tsim_validate_set_law(sets, "device.discard.latency", row->gap);
	tsim_validate_set(sets, "device.discard.queueing=barrier");
	tsim_validate_set(sets, "device.scheduler=reads-first");
	tsim_validate_set(sets, "workload.open_rate=%.12g/s", lambda);
	tsim_validate_set(sets, "workload.discard_share=%.17g", row->v[1] / lambda);
	set_times(sets, relaxation(lambda, mean / lambda, square / lambda, 1));
}

static double wait_of_class(const struct tsim_validate_row *row, int k)
{
	struct tsim_form_class classes[2] = {
		{ row->v[0], tsim_form_moment(row->d, 1), tsim_form_moment(row->d, 2) },
		{ row->v[1], tsim_form_moment(row->gap, 1), tsim_form_moment(row->gap, 2) },
	};
	double wait[2];

	tsim_form_priority_wait(classes, wait);
	return wait[k];
}

static double form_priority_reads(const struct tsim_validate_row *row)
{
	return wait_of_class(row, 0);
}

static double form_priority_discards(const struct tsim_validate_row *row)
{
	return wait_of_class(row, 1);
}

const struct tsim_validate_case tsim_case_priority = {
	.name = "priority",
	.file = "queue",
	.parameters = "S lr G ld",
	.formula = "reads S before discards G that have not begun: mean waits, by Cobham",
	.policy = "unpinned",
	.cost = 400,
	.set = set_priority,
	.quantities[0] = { "Wq(r)", TSIM_MEASURE_READ_WAIT, .form = form_priority_reads },
	.quantities[1] = { "Wq(d)", TSIM_MEASURE_DISCARD_WAIT, .form = form_priority_discards },
};

/* v: clients, servers, rate of thinking; 0: none */
static void set_closed(const struct tsim_validate_row *row, GPtrArray *sets)
{
	double mean = tsim_form_moment(row->d, 1), cycle = mean;

	tsim_validate_set_law(sets, "device.read.latency", row->d);
	tsim_validate_set(sets, "workload.open_rate=0/s");
	tsim_validate_set(sets, "workload.depth=%.0f", row->v[0]);
	tsim_validate_set(sets, "device.slots=%.0f", row->v[1]);
	if (row->v[2] > 0) {
		tsim_validate_set_mean(sets, "workload.think", 1 / row->v[2]);
		cycle += 1 / row->v[2];
	}
	set_times(sets, 3 * fmax(cycle, row->v[0] * mean / row->v[1]));
}

static void closed(const struct tsim_validate_row *row, double *throughput, double *response)
{
	unsigned int clients = (unsigned int)row->v[0], c = (unsigned int)row->v[1];
	double mu = 1 / tsim_form_moment(row->d, 1);

	if (row->v[2] > 0) {
		tsim_form_closed_queue(clients, c, mu, row->v[2], throughput, response);
	} else {
		*throughput = c * mu;
		*response = clients / *throughput;
	}
}

static double form_throughput(const struct tsim_validate_row *row)
{
	double throughput, response;

	closed(row, &throughput, &response);
	return throughput;
}

static double form_response(const struct tsim_validate_row *row)
{
	double throughput, response;

	closed(row, &throughput, &response);
	return response;
}

const struct tsim_validate_case tsim_case_closed = {
	.name = "closed",
	.file = "queue",
	.parameters = "S n c z",
	.formula = "n clients, c servers, thinking Exp(z): throughput, mean response",
	.policy = "unpinned",
	.cost = 400,
	.set = set_closed,
	.quantities[0] = { "X", TSIM_MEASURE_THROUGHPUT, .form = form_throughput },
	.quantities[1] = { "R", TSIM_MEASURE_RESPONSE, .form = form_response },
};

/* ---- flash: u b, u q ---- */

#define TOLERANCE 0.01
#define PAGE_BYTES 4096
#define PLANES 4
#define WARM 10.0 /* times that all the flash has been written */
#define REQUESTS 100000

/* One block is open and one is free, not full: of so many that it makes little difference. */
static double n_blocks(double b)
{
	return b < 64 ? 16000 : 4000;
}

static double n_logical(const struct tsim_validate_row *row, double b)
{
	return floor(row->v[0] * n_blocks(b) * b);
}

/* What u is once it is a number of whole pages. */
static double utilisation(const struct tsim_validate_row *row, double b)
{
	return n_logical(row, b) / (n_blocks(b) * b);
}

static void set_flash(const struct tsim_validate_row *row, GPtrArray *sets, double b,
		      const char *gc)
{
	double logical = n_logical(row, b);

	tsim_validate_set(sets, "device.ftl.gc=%s", gc);
	tsim_validate_set(sets, "device.ftl.block=%.0fB", b / PLANES * PAGE_BYTES);
	tsim_validate_set(sets, "filesystem.size=%.0fB", logical * PAGE_BYTES);
	tsim_validate_set(sets, "device.ftl.over_provisioning=%.17g",
			  n_blocks(b) * b / logical - 1);
	tsim_validate_set(sets, "device.ftl.turnovers=%g", WARM);
	tsim_validate_set(sets, "workload.duration=%dus", REQUESTS);
}

static void set_greedy(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_flash(row, sets, row->v[1], "greedy");
}

static double form_greedy(const struct tsim_validate_row *row)
{
	return tsim_form_wa_greedy(utilisation(row, row->v[1]), (unsigned int)row->v[1]);
}

const struct tsim_validate_case tsim_case_greedy = {
	.name = "wa-greedy",
	.file = "wa",
	.parameters = "u b",
	.formula = "write amplification of random writes, greedy, blocks of b pages",
	.policy = "unpinned",
	.cost = 33000,
	.tolerance = TOLERANCE,
	.set = set_greedy,
	.quantities[0] = { "WA", TSIM_MEASURE_AMPLIFICATION, .form = form_greedy },
};

#define FIFO_B 64

static void set_fifo(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_flash(row, sets, FIFO_B, "fifo");
}

static double form_fifo(const struct tsim_validate_row *row)
{
	return tsim_form_wa_fifo(utilisation(row, FIFO_B));
}

const struct tsim_validate_case tsim_case_fifo = {
	.name = "wa-fifo",
	.file = "wa",
	.parameters = "u",
	.formula = "the same, FIFO, whatever the size of a block (here 64 pages)",
	.policy = "unpinned",
	.cost = 33000,
	.tolerance = TOLERANCE,
	.set = set_fifo,
	.quantities[0] = { "WA", TSIM_MEASURE_AMPLIFICATION, .form = form_fifo },
};

/*
 * The device begins with as many pages in use as there are in the mean; by
 * twice as many requests it has forgotten which they were.
 */
static void set_trims(const struct tsim_validate_row *row, GPtrArray *sets, double b,
		      const char *gc)
{
	double requests = n_logical(row, b);

	set_flash(row, sets, b, gc);
	tsim_validate_set(sets, "device.ftl.fill=%.17g", tsim_form_in_use(row->v[1]));
	tsim_validate_set(sets, "workload.write_share=%.17g", 1 - row->v[1]);
	tsim_validate_set(sets, "workload.discard_share=%.17g", row->v[1]);
	tsim_validate_set(sets, "workload.warmup=%.0fus", 2 * requests);
	tsim_validate_set(sets, "workload.duration=%.0fus", 3 * requests);
}

static void set_trim_greedy(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_trims(row, sets, row->v[2], "greedy");
}

static double form_trim_greedy(const struct tsim_validate_row *row)
{
	double b = row->v[2];

	return tsim_form_wa_greedy(utilisation(row, b) * tsim_form_in_use(row->v[1]),
				   (unsigned int)b);
}

const struct tsim_validate_case tsim_case_trim_greedy = {
	.name = "wa-trim",
	.file = "wa",
	.parameters = "u q b",
	.formula = "greedy, and the share q of the requests discards a page in use",
	.policy = "unpinned",
	.cost = 33000,
	.tolerance = TOLERANCE,
	.set = set_trim_greedy,
	.quantities[0] = { "WA", TSIM_MEASURE_AMPLIFICATION, .form = form_trim_greedy },
};

static void set_trim_fifo(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_trims(row, sets, FIFO_B, "fifo");
}

static double form_trim_fifo(const struct tsim_validate_row *row)
{
	return tsim_form_wa_fifo(utilisation(row, FIFO_B) * tsim_form_in_use(row->v[1]));
}

const struct tsim_validate_case tsim_case_trim_fifo = {
	.name = "wa-trim-fifo",
	.file = "wa",
	.parameters = "u q",
	.formula = "the same, FIFO",
	.policy = "unpinned",
	.cost = 33000,
	.tolerance = TOLERANCE,
	.set = set_trim_fifo,
	.quantities[0] = { "WA", TSIM_MEASURE_AMPLIFICATION, .form = form_trim_fifo },
};
