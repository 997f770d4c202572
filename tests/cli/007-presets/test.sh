#!/bin/bash
# The bundled devices are valid, and say what their sources say.
source "$TEST_TOP/common"

config=$TEST_TOP/../../configs/presets/devices.conf
run_check check "$config"
expect 'no experiments, groups ok'

# What a device need not say: it replaces the preset's own model, or is off.
optional='discard\.(alignment|latency|sweep_steps|tick|ack|ack_latency|delay|firmware_bug|ignored|max_ranges|per_unit'
optional+='|unit|backlog|rate_unmapped|reads|slow_rw|slow_gc|timeout)|read\.latency|scheduler|ftl.*|power_loss'
base_config > a.conf
for device in $(sed -n 's/^\[device \(.*\)\]$/\1/p' "$config"); do
	run_check show a.conf --set experiment.device=$device --origin
	expect "^\[device $device\]"
	sed -n "/^\[device $device\]/,/^$/p" "$out" | grep '# default$' |
		grep -vE "^($optional) " && _fail "$device leaves values open"
	grep -A40 "^\[device $device\]" "$config" | sed -n '2,/^$/p' | grep ' = ' |
		grep -vE '# [MSDI]( |$)|^discard.tail|^inherit = ' && _fail "$device has values without a mark"
done

value()
{
	run_check show a.conf --set experiment.device="$1"
	expect "^$2 = $3$"
}
value sata-sf-nonqueued discard.base 10ms
value sata-sf-nonqueued discard.queueing barrier
value sata-tlc-nonqueued discard.rate 1640MB/s
value nvme-consumer-slow discard.per_range 440us
value nvme-datacenter discard.sigma 0.06
value virtio-thin discard.base 130us
value virtio-thin discard.rate 5.6GB/s
value dm-thin discard.rate 330MB/s

# The samples stand beside the presets, wherever the configuration lies.
mkdir elsewhere
cp a.conf elsewhere
run_check show elsewhere/a.conf --set experiment.device=virtio-measured
expect '^discard.latency = empirical\(/.*/presets/virtio-blk-discard\.csv\)$'
