/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ordering rules of real devices and of the hosts that drive them, one
 * script each, with the words of its source.
 */
#include "device-fixture.h"
#include "service.h"

/* Discard 0 to 8 at 0; write 0 to 4 at 50. */
static const struct device_script overlap = {
	.discards = { { 0, 8 * 4096 } }, .n_discards = 1, .write_at = 50, .write = { 0, 4 * 4096 }
};

/*
 * NVMe 1.2, chapter 7: "Except for Fused operations there are no ordering
 * restrictions for processing of the commands within or across Submission
 * Queues ... Data may or may not be committed to the NVM media in the order
 * that commands are received".  Both are in flight: the later effect wins,
 * whichever was submitted first.
 */
static void test_nvme(void)
{
	device_reset();
	script_gives(&overlap, "written@60 done@100 w1[60]@100 d0:0-8[100]@100");
	opt.write_base_ns = 60; /* the same two commands, and now the write survives */
	script_gives(&overlap, "done@100 written@110 d0:0-8[100]@110 w1[110]@110");
}

/*
 * C. Hellwig, D. Le Moal, linux-btrfs 2023-04-05: "classic TRIM isn't a queued
 * command ... always means draining the queue first and not issuing any I/O
 * until the TRIM command is done".
 */
static void act_busy(void *data)
{
	tsim_device_write(&dev, blocks(20, 21), NULL, 2); /* until 30 */
	tsim_sleep(engine, 5);
	tsim_device_discard(&dev, blocks(0, 8), 1, &(guint32){ 0 }, NULL);
	note("done");
}

static void act_read_under_trim(void *data)
{
	tsim_sleep(engine, 50);
	tsim_sleep_until(engine, tsim_device_read(&dev, blocks(30, 31)));
	note("read");
	tsim_sleep_until(engine, tsim_device_write(&dev, blocks(0, 4), NULL, 1));
	note("written");
}

static void start_barrier(void *data)
{
	spawn("fstrim", 0, act_busy);
	spawn("user", 1, act_read_under_trim);
}

static void test_ata_barrier(void)
{
	device_reset();
	opt.discard_queueing = TSIM_BARRIER;
	opt.write_base_ns = 30;
	opt.read_base_ns = 7;
	on_device(start_barrier);
	/* drained at 30, TRIM alone until 130, then the read that came at 50, then the write */
	assert_log("done@130 read@137 written@167 w2[30]@167 d0:0-8[130]@167 w1[167]@167");
}

/*
 * What follows from it: while a TRIM is in flight a new write waits and
 * survives; in danger is only what the later pieces cover, which are "strictly
 * serial with barriers" (libata sends one range-run a TRIM, Hellwig: "we don't
 * even support ranged discards for them in Linux") and not issued yet.
 */
static void test_ata_pieces(void)
{
	struct device_script s = { .discards = { blocks(0, 16) },
				   .n_discards = 1,
				   .write_at = 50,
				   .write = blocks(4, 12) };

	device_reset();
	opt.discard_queueing = TSIM_BARRIER;
	script_gives(&s, "done@100 written@110 d0:0-16[100]@110 w1[110]@110");
	opt.discard_max_bytes = 8 * 4096;
	/* blocks 4 to 8 survive, 8 to 12 do not */
	script_gives(&s, "written@110 done@210 d0:0-8[100]@210 w1[110]@210 d1:8-16[210]@210");
}

/*
 * ATA queued TRIM (SEND FPDMA QUEUED): in the NCQ queue, without order against
 * other tags.
 */
static void test_ata_queued(void)
{
	device_reset();
	opt.discard_slots = 32;
	script_gives(&overlap, "written@60 done@100 w1[60]@100 d0:0-8[100]@100");
}

/*
 * Linux 6fc4d97a4987, ATA_HORKAGE_NO_NCQ_TRIM (Samsung 840 to 870, Micron
 * M500, 1100): firmware whose queued TRIM destroys data written after it has
 * completed.
 */
static void test_firmware_bug(void)
{
	struct device_script s = { .discards = { blocks(0, 8) },
				   .n_discards = 1,
				   .write_at = 20,
				   .write = blocks(0, 4),
				   .wait_for_discard = TRUE };

	device_reset();
	opt.discard_delay = tsim_law_new_fixed(500);
	script_gives(&s, "done@100 written@130 d0:0-8[100]@130 w1[130]@130");
	opt.discard_firmware_bug = 1;
	script_gives(&s, "done@100 written@130 w1[130]@130 d0:0-8[600]@130");
}

/*
 * SCSI UNMAP, virtio-blk: as NVMe; "virtio-blk splits by max_discard_sectors":
 * the pieces are in flight together, and the later ones are exposed as long as
 * they wait for the one worker.
 */
static void test_virtio(void)
{
	struct device_script s = { .discards = { blocks(0, 16) },
				   .n_discards = 1,
				   .write_at = 50,
				   .write = blocks(4, 12) };

	device_reset();
	opt.discard_max_bytes = 8 * 4096;
	opt.discard_slots = 1;
	opt.write_base_ns = 60;
	script_gives(&s, "written@110 done@200 d0:0-8[100]@200 w1[110]@200 d1:8-16[200]@200");
}

/*
 * J. Tulak, N. Borisov, linux-fsdevel 2019-05: drives "(sometimes) do
 * asynchronous trim after returning a success".  A correct one hides it: what
 * is written after the acknowledgement stays, whenever the work is done.
 */
static void test_ack_hidden(void)
{
	struct device_script s = { .discards = { blocks(0, 8) },
				   .n_discards = 1,
				   .write_at = 20,
				   .write = blocks(2, 4),
				   .wait_for_discard = TRUE };

	device_reset();
	opt.discard_ack = TSIM_ACK_EARLY;
	opt.discard_ack_latency = tsim_law_new_fixed(5);
	/* acknowledged at 5, written at 35; the work lasts until 105 and spares that */
	script_gives(&s, "done@5 written@35 w1[35]@35 d0:0-2[105]@35 d0:4-8[105]@35");
	opt.discard_effect = TSIM_EFFECT_SWEEP;
	script_gives(&s, "done@5 written@35 d0:0-2[35]@35 w1[35]@35 d0:4-8[105]@35");
	opt.discard_effect = TSIM_EFFECT_DEFERRED;
	opt.discard_delay = tsim_law_new_fixed(1000);
	script_gives(&s, "done@5 written@35 w1[35]@35 d0:0-2[1105]@35 d0:4-8[1105]@35");
}

/* ... but of a write in flight together with the discard either may win, also then. */
static void test_ack_in_flight(void)
{
	struct device_script s = {
		.discards = { blocks(0, 8) }, .n_discards = 1, .write_at = 10, .write = blocks(2, 4)
	};

	device_reset();
	opt.discard_ack = TSIM_ACK_EARLY;
	opt.discard_ack_latency = tsim_law_new_fixed(50);
	script_gives(&s, "written@20 done@50 w1[20]@50 d0:0-8[150]@50"); /* on the media first */
	opt.write_base_ns = 45;
	script_gives(&s, "done@50 written@55 w1[55]@55 d0:0-2[150]@55 d0:4-8[150]@55");
	opt.write_base_ns = 40; /* at one instant the later submitted comes later */
	script_gives(&s, "done@50 written@50 w1[50]@50 d0:0-2[150]@50 d0:4-8[150]@50");
}

/* ... and with the bug it does not hide it. */
static void test_ack_bug(void)
{
	struct device_script s = { .discards = { blocks(0, 8) },
				   .n_discards = 1,
				   .write_at = 20,
				   .write = blocks(2, 4),
				   .wait_for_discard = TRUE };

	device_reset();
	opt.discard_ack = TSIM_ACK_EARLY;
	opt.discard_firmware_bug = 1;
	script_gives(&s, "done@0 written@30 w1[30]@30 d0:0-8[100]@30");
}

/*
 * "Advisory: partial granules are skipped; head/tail not aligned to
 * discard_granularity are not discarded": a late discard can only destroy
 * whole granules.
 */
static void test_granules(void)
{
	struct device_script s = { .discards = { blocks(3, 30) },
				   .n_discards = 1,
				   .write_at = 50,
				   .write = blocks(0, 8) };

	device_reset();
	opt.discard_granularity_bytes = 16 * 4096;
	script_gives(&s, "written@60 done@100 w1[60]@100");
	opt.discard_granularity_bytes = 8 * 4096;
	script_gives(&s, "written@60 done@100 w1[60]@100 d0:8-24[100]@100");
}

/*
 * block/blk-lib.c: blkdev_issue_discard() "builds a chain of bios, submits all,
 * waits for the last": N commands in flight together on NVMe, one after the
 * other with barriers on SATA.
 */
static void test_linux_split(void)
{
	struct device_script s = { .discards = { blocks(0, 32) }, .n_discards = 1 };

	device_reset();
	opt.discard_max_bytes = 8 * 4096;
	script_gives(&s, "done@100 d0:0-8[100]@100 d1:8-16[100]@100 d2:16-24[100]@100 "
			 "d3:24-32[100]@100");
	opt.discard_queueing = TSIM_BARRIER;
	script_gives(&s, "done@400 d0:0-8[100]@400 d1:8-16[200]@400 d2:16-24[300]@400 "
			 "d3:24-32[400]@400");
}

/*
 * Linux dfe86cba76 (eMMC, SD): "a single erase command will make all other I/O
 * on the card wait".  drivers/mmc/core/queue.c has all pieces in the card's
 * queue, so that a write submitted after them waits for all of them; on SATA
 * it comes in between (above).
 */
static void test_card(void)
{
	struct device_script s = { .discards = { blocks(0, 16) },
				   .n_discards = 1,
				   .write_at = 50,
				   .write = blocks(4, 12) };

	device_reset();
	opt.discard_max_bytes = 8 * 4096;
	opt.discard_queueing = TSIM_EXCLUSIVE;
	script_gives(&s, "done@200 written@210 d0:0-8[100]@210 d1:8-16[200]@210 w1[210]@210");
}

/*
 * T. Ts'o, 2021-05-18: "We *must* wait until discard has completed before we
 * call ext4_free_data_in_buddy() ... If the discard happens after we
 * reallocate the block, there is a good chance that we will end up corrupting
 * a data or metadata block".  Who waits is safe on every correct device.
 */
static void test_file_system_rule(void)
{
	struct device_script s = { .discards = { blocks(0, 16) },
				   .n_discards = 1,
				   .write = blocks(0, 16),
				   .wait_for_discard = TRUE };

	device_reset();
	opt.write_base_ns = 0;
	opt.discard_max_bytes = 8 * 4096;
	script_gives(&s, "done@100 written@100 d0:0-8[100]@100 d1:8-16[100]@100 w1[100]@100");
	opt.discard_queueing = TSIM_BARRIER;
	script_gives(&s, "done@200 written@200 d0:0-8[100]@200 d1:8-16[200]@200 w1[200]@200");
	opt.discard_queueing = TSIM_QUEUED;
	opt.discard_ack = TSIM_ACK_EARLY;
	script_gives(&s, "done@0 written@0 w1[0]@0"); /* nothing is left to destroy */
}

static const struct engine_test tests[] = {
	{ "/order/nvme", test_nvme },
	{ "/order/ata-barrier", test_ata_barrier },
	{ "/order/ata-pieces", test_ata_pieces },
	{ "/order/ata-queued", test_ata_queued },
	{ "/order/firmware-bug", test_firmware_bug },
	{ "/order/virtio", test_virtio },
	{ "/order/ack-hidden", test_ack_hidden },
	{ "/order/ack-in-flight", test_ack_in_flight },
	{ "/order/ack-bug", test_ack_bug },
	{ "/order/granules", test_granules },
	{ "/order/linux-split", test_linux_split },
	{ "/order/card", test_card },
	{ "/order/file-system-rule", test_file_system_rule },
};

int main(int argc, char **argv)
{
	return device_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
