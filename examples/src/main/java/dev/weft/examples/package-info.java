/**
 * Small programs on a loop. What is wrong with some of them is said where it is planted; their tests show how the test
 * kit finds it.
 */
@NullMarked
package dev.weft.examples;

import org.jspecify.annotations.NullMarked;
