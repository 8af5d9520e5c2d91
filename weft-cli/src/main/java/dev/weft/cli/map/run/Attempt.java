package dev.weft.cli.map.run;

import dev.weft.cli.map.input.Input;
import java.time.Duration;

/**
 * One try of one input.
 *
 * @param input the input
 * @param number which try, from 1
 * @param leastWait how long to wait at least before the next one, as the other side has asked for
 */
record Attempt(Input input, int number, Duration leastWait) {
    Attempt(Input input, int number) {
        this(input, number, Duration.ZERO);
    }

    Attempt after(Duration wait) {
        return new Attempt(input, number, wait);
    }
}
