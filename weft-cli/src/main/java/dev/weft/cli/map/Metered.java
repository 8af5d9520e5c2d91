package dev.weft.cli.map;

import dev.weft.cli.map.advice.Meter;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Call;

/**
 * A call that is measured. Its slots must be platform threads: the processor time of others is not known.
 *
 * @param call what is called
 * @param meter measures it
 */
record Metered(Call call, Meter meter) implements Call {
    @Override
    public Answer call(Input input, Place place) throws Exception {
        long cpu = -1;
        meter.begin();
        try {
            Answer answer = call.call(input, place);
            cpu = answer.failure() == null ? answer.cpuNanos() : -1;
            return answer;
        } finally {
            meter.end(cpu);
        }
    }

    @Override
    public void kill() {
        call.kill();
    }

    @Override
    public boolean mayStick() {
        return call.mayStick();
    }

    @Override
    public boolean keepsTime() {
        return call.keepsTime();
    }

    @Override
    public void close() {
        meter.close();
        call.close();
    }
}
