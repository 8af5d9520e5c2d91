package dev.weft.cli.map.run;

import dev.weft.cli.map.input.Input;

/**
 * One try of one input.
 *
 * @param input the input
 * @param number which try, from 1
 */
record Attempt(Input input, int number) {}
